#pragma once

#include <string_view>

namespace flotilla::app {

inline constexpr std::string_view program_version = FLOTILLA_VERSION; ///< from CMakeLists.txt

} // namespace flotilla::app
