#include "cpu.hpp"

#include <atomic>
#include <cstdlib>
#include <cstring>

namespace strided {

// The tables of the instruction sets; CMake has a row for each of them too.
#if defined(__x86_64__)
extern const KernelTable kernels_avx512;
extern const KernelTable kernels_avx2;
#endif
extern const KernelTable kernels_baseline;

namespace {

struct InstructionSet {
  const KernelTable* table;
  bool (*runs_here)();
};

const InstructionSet kSets[] = {
#if defined(__x86_64__)
    {&kernels_avx512,
     [] {
       return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
              __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl") &&
              __builtin_cpu_supports("fma");
     }},
    {&kernels_avx2, [] { return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"); }},
#endif
    {&kernels_baseline, [] { return true; }},
};

std::atomic<const KernelTable*> chosen{nullptr};

}  // namespace

std::vector<std::string> instruction_sets() {
  std::vector<std::string> names;
  for (const InstructionSet& set : kSets) {
    if (set.runs_here()) names.emplace_back(set.table->name);
  }
  return names;
}

std::string choose_kernels() {
  const char* forced = std::getenv("STRIDED_ISA");
  if (forced != nullptr && *forced == '\0') forced = nullptr;
  std::string names;
  for (const InstructionSet& set : kSets) {
    if (!set.runs_here()) continue;
    if (forced == nullptr || std::strcmp(forced, set.table->name) == 0) {
      chosen.store(set.table, std::memory_order_release);
      return {};
    }
    names += (names.empty() ? "" : ", ") + std::string(set.table->name);
  }
  return "STRIDED_ISA: expected an instruction set that this machine has (" + names +
         "), received \"" + forced + "\"";
}

Reading memory_reading() noexcept {
#if defined(__x86_64__) && (__GNUC__ >= 11 || __clang_major__ >= 12)
  // AMD Zen 3 and 4, which older compilers have no name for.
  if (__builtin_cpu_is("amdfam19h")) return Reading::late;
#endif
  return Reading::early;
}

const KernelTable& kernels() {
  const KernelTable* table = chosen.load(std::memory_order_acquire);
  if (table == nullptr) {
    choose_kernels();
    table = chosen.load(std::memory_order_acquire);
  }
  return table == nullptr ? kernels_baseline : *table;
}

}  // namespace strided
