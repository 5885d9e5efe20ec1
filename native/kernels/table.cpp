// The tables of this instruction set in one place.

#include "kernels.hpp"
#include "reading.hpp"

#define STRIDED_NAME__(kind, isa) kind##_##isa
#define STRIDED_NAME_(kind, isa) STRIDED_NAME__(kind, isa)
#define STRIDED_NAME(kind) STRIDED_NAME_(kind, STRIDED_ISA)
#define STRIDED_QUOTED_(isa) #isa
#define STRIDED_QUOTED(isa) STRIDED_QUOTED_(isa)

namespace strided {

#define ROW(kind) extern const Kernel STRIDED_NAME(kind)[];
STRIDED_KERNELS(ROW)
#undef ROW

extern const Stage STRIDED_NAME(stages)[4][2];

extern const KernelTable STRIDED_NAME(kernels);
const KernelTable STRIDED_NAME(kernels) = {STRIDED_QUOTED(STRIDED_ISA),
                                           {kRows, kStagedAhead},
                                           STRIDED_NAME(stages),
#define ROW(kind) STRIDED_NAME(kind),
                                           STRIDED_KERNELS(ROW)
#undef ROW
};

}  // namespace strided
