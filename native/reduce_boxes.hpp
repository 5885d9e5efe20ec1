// Reductions whose loops are all short.
#pragma once

#include "reduce.hpp"
#include "reduce_plan.hpp"

namespace strided {

// Whether what a turn of the kept loops takes besides its terms is to be felt.
bool has_short_loops(const ReducePlan& plan, DType result) noexcept;

// Cuts the results of an array that has elements into boxes: ranges of one axis and all of the axes
// behind it. The elements of each are copied to where its columns, or its runs, lie side by side,
// and reduced as a matrix: one loop over many results instead of many loops over few. A copy of
// short rows takes less than a loop over each.
// `numbered` says that the terms have numbers.
Status reduce_boxes(const Reduction& reduction, bool numbered);

}  // namespace strided
