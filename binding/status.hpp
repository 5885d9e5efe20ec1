// How a job ended; lib/native.ts has the same numbers.
#pragma once

namespace binding {

enum JobStatus { kDone = 0, kOverflow = 1, kCancelled = 2, kNoFit = 3, kNoMemory = 4 };

}  // namespace binding
