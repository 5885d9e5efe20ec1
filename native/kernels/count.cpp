// The kernels that count what is not zero.

#include "int_sum.hpp"

namespace strided {
namespace {

template <class T>
constexpr Kernel count_of() {
  using Element = typename ElementOf<T>::type;
  if constexpr (sizeof(T) == 8) {
    return kernel_of<LongCount<Element>>();
  } else {
    return short_kernel<Truth<Element>>();
  }
}

}  // namespace

#define STRIDED_KERNEL_MAKER count_of
STRIDED_DEFINE_KERNELS(count)

}  // namespace strided
