// Checks with the kernels of every instruction set.
#pragma once

#include <cstdlib>
#include <string>
#include <vector>

#include "check.hpp"
#include "cpu.hpp"

// Calls `checks` with each instruction set that this machine has, or with that of STRIDED_ISA
// alone.
template <class Checks>
void with_each_instruction_set(Checks&& checks) {
  const char* asked = std::getenv("STRIDED_ISA");
  const auto sets =
      asked == nullptr ? strided::instruction_sets() : std::vector<std::string>{asked};
  for (const std::string& set : sets) {
    setenv("STRIDED_ISA", set.c_str(), 1);
    const std::string problem = strided::choose_kernels();
    if (!problem.empty()) std::fprintf(stderr, "%s\n", problem.c_str());
    CHECK(problem.empty());
    if (problem.empty()) checks();
  }
}
