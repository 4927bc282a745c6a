#pragma once

#include <cstddef>
#include <functional>
#include <vector>

namespace flotilla::simulation {

/// The shortest list that still fails, as far as leaving out parts of the whole can find it (Zeller
/// and Hildebrandt, "Simplifying and isolating failure-inducing input", ddmin): leaving out any one
/// more makes it pass.
/// @param count things are numbered from 0, and all together fail
/// @param fails whether these few do
std::vector<std::size_t> shrink(std::size_t count,
                                const std::function<bool(const std::vector<std::size_t>&)>& fails);

} // namespace flotilla::simulation
