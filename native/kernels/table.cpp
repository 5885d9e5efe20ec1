// The tables of this instruction set in one place.

#include "kernels.hpp"
#include "reading.hpp"

#define STRIDED_QUOTED_(isa) #isa
#define STRIDED_QUOTED(isa) STRIDED_QUOTED_(isa)

namespace strided {

#define ROW(kind) extern const Kernel STRIDED_TABLE_NAME(kind)[];
STRIDED_KERNELS(ROW)
#undef ROW

extern const Stage STRIDED_TABLE_NAME(stages)[4][2];

extern const KernelTable STRIDED_TABLE_NAME(kernels);
const KernelTable STRIDED_TABLE_NAME(kernels) = {STRIDED_QUOTED(STRIDED_ISA),
                                                 kShortRuns,
                                                 {kRows, kStagedAhead},
                                                 STRIDED_TABLE_NAME(stages),
#define ROW(kind) STRIDED_TABLE_NAME(kind),
                                                 STRIDED_KERNELS(ROW)
#undef ROW
};

}  // namespace strided
