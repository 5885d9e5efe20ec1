// The kernels of sums.

#include "anchored_sum.hpp"
#include "few_sum.hpp"
#include "int_sum.hpp"
#include "running_rows.hpp"

namespace strided {
namespace {

template <class T>
constexpr Kernel sum_of() {
  if constexpr (static_cast<T>(0.5) != 0) {
    constexpr int64_t most = 16;
    Kernel kernel = kernel_of<Float32Sum>(
        keep_arrangement, {finish_float32<false>, reduce_few<FewFloats<T, T, false>>, most},
        {finish_float32<true>, reduce_few<FewFloats<T, T, true>>, most});
    kernel.rows = float32_rows;
    return kernel;
  } else if constexpr (sizeof(T) == 8) {
    return kernel_of<LongSum<T>>(arrange_long<T>, {finish_integers<T>, reduce_few<FewLongs<T>>},
                                 {finish_means<T>});
  } else if constexpr (sizeof(T) == 4) {
    return short_kernel<Plain<T>>({finish_integers<T>, reduce_few<FewShorts<T, false>>},
                                  {finish_means<T>, reduce_few<FewShorts<T, true>>});
  } else {
    return short_kernel<Plain<T>>({finish_integers<T>}, {finish_means<T>});
  }
}
template <>
constexpr Kernel sum_of<double>() {
  const Finisher sums = {finish_float64<double, false>,
                         reduce_few<FewFloats<double, double, false>>, kMostFew,
                         anchored_sums<false>};
  const Finisher means = {finish_float64<double, true>, reduce_few<FewFloats<double, double, true>>,
                          kMostFew, anchored_sums<true>};
  Kernel kernel = running_kernel<RunningSum>(sums, means);
  kernel.spaced[0] = spaced_kernel<RunningSum, 2>();
  kernel.spaced[1] = spaced_kernel<RunningSum, 3>();
  kernel.spaced[2] = spaced_kernel<RunningSum, 4>();
  return kernel;
}
template <>
constexpr Kernel sum_of<Bool>() {
  return short_kernel<Truth<uint8_t>>({finish_integers<int64_t>}, {finish_means<int64_t>});
}

// Between both: sums of terms that cancel, unless some of them are infinite or NaN.
template <class T>
constexpr Kernel finer_sum_of() {
  return {};
}
template <>
constexpr Kernel finer_sum_of<double>() {
  return running_kernel<FinerSum>({finish_careful<false>}, {finish_careful<true>});
}

// float32 needs no more than what float64 has at first: its terms have so few digits. Results are
// float64.
template <class T>
constexpr Kernel careful_sum_of() {
  return {};
}
template <>
constexpr Kernel careful_sum_of<double>() {
  return kernel_of<CarefulSum<double>>(keep_arrangement, {finish_careful<false>},
                                       {finish_careful<true>});
}
template <>
constexpr Kernel careful_sum_of<float>() {
  return kernel_of<Float64Sum<float>>(
      keep_arrangement, {finish_float64<float, false>, reduce_few<FewFloats<float, double, false>>},
      {finish_float64<float, true>, reduce_few<FewFloats<float, double, true>>});
}

}  // namespace

#define STRIDED_KERNEL_MAKER sum_of
STRIDED_DEFINE_KERNELS(sum)
#undef STRIDED_KERNEL_MAKER
#define STRIDED_KERNEL_MAKER finer_sum_of
STRIDED_DEFINE_KERNELS(finer_sum)
#undef STRIDED_KERNEL_MAKER
#define STRIDED_KERNEL_MAKER careful_sum_of
STRIDED_DEFINE_KERNELS(careful_sum)
#undef STRIDED_KERNEL_MAKER

}  // namespace strided
