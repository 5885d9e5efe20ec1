// Which instruction set's kernels run.
#pragma once

#include <string>
#include <vector>

#include "kernels/kernels.hpp"

namespace strided {

// Names of the instruction sets that this build has and this machine can run, best first.
std::vector<std::string> instruction_sets();

// The table in use: the best one, or the one that the environment variable STRIDED_ISA names.
// Check choose_kernels() first.
const KernelTable& kernels();

// How this machine's memory is read best, by its kernels.
Reading memory_reading() noexcept;

// Settles which table is used. Returns an empty string, or what is wrong with STRIDED_ISA.
std::string choose_kernels();

}  // namespace strided
