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
  strided::ReductionKind kind;
  Memory in;
  Memory out;
  Memory mask;
  Array in_array;
  Array out_array;
  Array mask_array;
  bool masked;
  std::uint32_t axes;
  strided::Initial initial;

  explicit Call(const Napi::CallbackInfo& info);
  Reduction reduction(const std::atomic<bool>* cancelled) const {
    return {kind, in_array, out_array, masked ? &mask_array : nullptr, axes, initial, cancelled};
  }
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

void check_shapes(Napi::Env env, const Call& call) {
  bool right = true;
  int kept = 0;
  for (int i = 0; i < call.in_array.ndim; ++i) {
    const std::int64_t size = call.in_array.shape[i];
    if (call.masked) {
      right =
          right && call.mask_array.ndim == call.in_array.ndim && call.mask_array.shape[i] == size;
    }
    if ((call.axes >> i & 1) != 0) continue;
    right = right && kept < call.out_array.ndim && call.out_array.shape[kept] == size;
    ++kept;
  }
  if (!right || kept != call.out_array.ndim)
    throw internal_error(env, "reduction to a wrong shape");
  if (call.masked && strided::itemsize(call.mask_array.dtype) != 1) {
    throw internal_error(env, "a mask that is not bool");
  }
  if (!strided::can_reduce(call.kind, call.in_array.dtype, call.out_array.dtype)) {
    throw internal_error(env, "a reduction to a dtype that it does not have");
  }
}

Call::Call(const Napi::CallbackInfo& info) {
  const Napi::Env env = info.Env();
  Environment& environment = Environment::of(env);
  const auto array_of = [&](int slot, Memory& memory) {
    memory = memory_of(environment, slot, info, slot + 2);
    return unpack(env, environment.slot(slot), memory);
  };
  const double row = info[0].As<Napi::Number>().DoubleValue();
  if (!(row >= 0 && row < strided::kReductionCount)) throw internal_error(env, "no such reduction");
  kind = static_cast<strided::ReductionKind>(row);
  in_array = array_of(0, in);
  out_array = array_of(1, out);
  masked = is_given(environment, 2);
  if (masked) mask_array = array_of(2, mask);
  axes = info[1].As<Napi::Number>().Uint32Value();
  if (info.Length() > 5) initial = initial_argument(info[5]);
  check_shapes(env, *this);
}

// reduce(kind, axes, input, output, mask, initial): 0, or 1 for an integer overflow, after which
// the output holds anything.
Napi::Value reduce(const Napi::CallbackInfo& info) {
  const Call call(info);
  const Status status = strided::reduce(call.reduction(nullptr));
  return Napi::Number::New(info.Env(), static_cast<int>(status));
}

// reductions(): the names of the kinds, in order.
Napi::Value reductions(const Napi::CallbackInfo& info) {
  const Napi::Array names = Napi::Array::New(info.Env());
  for (const char* name : strided::kReductions) names.Set(names.Length(), name);
  return names;
}

JobStatus run(const Call& call, const Array* target, const std::atomic<bool>& cancelled) {
  const Status status = strided::reduce(call.reduction(&cancelled));
  if (status == Status::overflow) return kOverflow;
  if (status == Status::cancelled || cancelled.load(std::memory_order_relaxed)) return kCancelled;
  if (target == nullptr) return kDone;
  if (!strided::all_fit(call.out_array, target->dtype)) return kNoFit;
  strided::copy(*target, call.out_array);
  return kDone;
}

// reduceJob(kind, axes, input, output, mask, initial, target, late): starts the job and gives its
// number. Its status is 0, 1 for an integer overflow, 2 when it was cancelled, or 3 when integers
// do not fit the target; after 1 and 2 the output holds anything. A target, if slot 3 describes
// one, gets a copy of the output, but only when the status is 0. If it is late, that copy is left
// to JavaScript when the job has settled.
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
  if (call->masked) pins->add(info[4], call->mask);
  std::vector<strided::Use> uses{{call->in_array, false}, {call->out_array, true}};
  if (call->masked) uses.push_back({call->mask_array, false});
  std::shared_ptr<Array> target;
  if (is_given(environment, 3)) {
    const Memory memory = memory_of(environment, 3, info, 6);
    const Array array = unpack(env, environment.slot(3), memory);
    check_same_shape(env, array, call->out_array);
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
