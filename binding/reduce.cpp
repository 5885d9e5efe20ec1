#include "reduce.hpp"

#include "copy.hpp"
#include "pins.hpp"
#include "rooms.hpp"
#include "status.hpp"
#include "unpack.hpp"

namespace binding {
namespace {

using strided::Array;
using strided::Reduction;
using strided::Status;

// The arguments of a reduction: (kind, axes, input, output, mask, initial). The slots 0, 1 and 2
// describe the arrays; the arguments are their buffers. What is undefined at the end may be left
// out.
struct Call {
  Reduction reduction;
  Memory in;
  Memory out;
  Memory mask;

  explicit Call(const Napi::CallbackInfo& info);
  Call(const Call&) = delete;  // the reduction refers to the mask
  Call& operator=(const Call&) = delete;

 private:
  Array mask_array_;
};

strided::Initial initial_argument(const Napi::Value& value) {
  strided::Initial initial;
  initial.given = !value.IsUndefined();
  if (value.IsBigInt()) {
    const auto bigint = value.As<Napi::BigInt>();
    bool lossless = false;
    initial.whole = bigint.Int64Value(&lossless);
    if (!lossless) initial.whole = bigint.Uint64Value(&lossless);
    if (!lossless) throw internal_error(value.Env(), "initial does not fit 64 bits");
  } else if (value.IsNumber()) {
    initial.real = value.As<Napi::Number>().DoubleValue();
  }
  return initial;
}

void check_shapes(Napi::Env env, const Reduction& reduction) {
  const auto& [kind, in, out, mask, axes, initial, cancelled] = reduction;
  bool right = mask == nullptr || mask->ndim == in.ndim;
  int kept = 0;
  for (int i = 0; i < in.ndim && right; ++i) {
    const std::int64_t size = in.shape[i];
    right = mask == nullptr || mask->shape[i] == size;
    if ((axes >> i & 1) != 0) continue;
    right = right && kept < out.ndim && out.shape[kept] == size;
    ++kept;
  }
  if (!right || kept != out.ndim) throw internal_error(env, "reduction to a wrong shape");
  if (mask != nullptr && strided::itemsize(mask->dtype) != 1) {
    throw internal_error(env, "a mask that is not bool");
  }
  if (!strided::can_reduce(kind, in.dtype, out.dtype)) {
    throw internal_error(env, "a reduction to a dtype that it does not have");
  }
}

// (What small arrays wait for: arrays are described where they are used, without copies.)
Call::Call(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  Environment& environment = Environment::of(env);
  const auto read = [&](int slot, Memory& memory, Array& array) {
    memory = memory_of(environment, slot, info, slot + 2);
    unpack(env, environment.slot(slot), memory, array);
  };
  const double row = info[0].As<Napi::Number>().DoubleValue();
  if (!(row >= 0 && row < strided::kReductionCount)) throw internal_error(env, "no such reduction");
  reduction.kind = static_cast<strided::ReductionKind>(row);
  read(0, in, reduction.in);
  read(1, out, reduction.out);
  if (is_given(environment, 2)) {
    read(2, mask, mask_array_);
    reduction.mask = &mask_array_;
  }
  reduction.axes = info[1].As<Napi::Number>().Uint32Value();
  if (info.Length() > 5) reduction.initial = initial_argument(info[5]);
  check_shapes(env, reduction);
}

// reduce(kind, axes, input, output, mask, initial): 0, or 1 for an integer overflow, after which
// the output holds anything.
Napi::Value reduce(const Napi::CallbackInfo& info) {
  const Call call(info);
  try {
    const Status status = strided::reduce(call.reduction);
    return Napi::Number::New(info.Env(), static_cast<int>(status));
  } catch (const std::bad_alloc&) {
    throw out_of_memory(info.Env(), "what a reduction keeps beside its results");
  }
}

// reductions(): the names of the kinds, in order.
Napi::Value reductions(const Napi::CallbackInfo& info) {
  const Napi::Array names = Napi::Array::New(info.Env());
  for (const char* name : strided::kReductions) names.Set(names.Length(), name);
  return names;
}

JobStatus finish(const Call& call, const Array* target, const std::atomic<bool>& cancelled) {
  Reduction reduction = call.reduction;
  reduction.cancelled = &cancelled;
  const Status status = strided::reduce(reduction);
  if (status == Status::overflow) return kOverflow;
  if (status == Status::cancelled || cancelled.load(std::memory_order_relaxed)) return kCancelled;
  if (target == nullptr) return kDone;
  if (!strided::all_fit(reduction.out, target->dtype)) return kNoFit;
  strided::copy(*target, reduction.out);
  return kDone;
}

JobStatus run(const Call& call, const Array* target, const std::atomic<bool>& cancelled) {
  try {
    return finish(call, target, cancelled);
  } catch (const std::bad_alloc&) {
    return kNoMemory;
  }
}

// reduceJob(kind, axes, input, output, mask, initial, target, late): starts the job and gives its
// number. Its status is 0, 1 for an integer overflow, 2 when it was cancelled, 3 when integers do
// not fit the target, or 4 without memory; after 1, 2 and 4 the output holds anything. A target, if
// slot 3 describes one, gets a copy of the output, but only when the status is 0. If it is late,
// that copy is left to JavaScript when the job has settled.
Napi::Value reduce_job(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  Environment& environment = Environment::of(env);
  if (environment.slot(1)[kSlotBlock] == kFrameResult) {
    throw internal_error(env, "a job without an output");
  }
  const auto call = std::make_shared<Call>(info);
  auto pins = std::make_shared<Pins>();
  pins->add(info[2], call->in);
  pins->add(info[3], call->out);
  const Reduction& reduction = call->reduction;
  if (reduction.mask != nullptr) pins->add(info[4], call->mask);
  std::vector<strided::Use> uses{{reduction.in, false}, {reduction.out, true}};
  if (reduction.mask != nullptr) uses.push_back({*reduction.mask, false});
  std::shared_ptr<Array> target;
  if (is_given(environment, 3)) {
    const Memory memory = memory_of(environment, 3, info, 6);
    const Array array = unpack(env, environment.slot(3), memory);
    check_same_shape(env, array, reduction.out);
    uses.push_back({array, true});
    if (!info[7].ToBoolean()) {
      target = std::make_shared<Array>(array);
      pins->add(info[6], memory);
    }
  }
  auto status = std::make_shared<int>(kCancelled);
  const auto work = [call, target, status](const std::atomic<bool>& cancelled) {
    *status = run(*call, target.get(), cancelled);
  };
  const double number = environment.start(env, work, status, std::move(pins), std::move(uses));
  return Napi::Number::New(env, number);
}

// waitJob(number): the status of a job, once its work is done; 0 when it has settled already.
Napi::Value wait_job(const Napi::CallbackInfo& info) {
  const auto* started = Environment::of(info.Env()).job(info[0].As<Napi::Number>().DoubleValue());
  if (started == nullptr) return Napi::Number::New(info.Env(), 0);
  started->job->wait();
  return Napi::Number::New(info.Env(), *started->status);
}

void cancel_job(const Napi::CallbackInfo& info) {
  const auto* started = Environment::of(info.Env()).job(info[0].As<Napi::Number>().DoubleValue());
  if (started != nullptr) started->job->cancel();
}

}  // namespace

void add_reduce(Napi::Env env, Napi::Object exports) {
  add<reductions>(env, exports, "reductions");
  add<reduce>(env, exports, "reduce");
  add<reduce_job>(env, exports, "reduceJob");
  add<wait_job>(env, exports, "waitJob");
  add<cancel_job>(env, exports, "cancelJob");
}

}  // namespace binding
