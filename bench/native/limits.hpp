// The machine's limits: how fast a loop that only reads and adds goes through a block, in the
// fastest of several ways, and how fast one that only copies it fills fresh memory, by memcpy, on
// all threads.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace bench {

// Goes through a block of so many bytes once, on the threads of the pool.
using Once = void (*)(const std::byte* block, std::int64_t nbytes);

// The ways to a limit: "read" or "copy". None when there is no such limit.
std::span<const Once> ways_of(std::string_view limit);

// The seconds that it takes once: of as many times as take 50 ms, the mean.
double time_round(Once once, const std::byte* block, std::int64_t nbytes, int threads);

// The one that takes the least time, of some rounds of each.
Once fastest(std::span<const Once> ways, const std::byte* block, std::int64_t nbytes, int threads);

}  // namespace bench
