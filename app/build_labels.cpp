#include "app/build_labels.hpp"

#include "app/version.hpp"

namespace flotilla::app {

namespace {

#ifdef __clang__
constexpr const char* compiler = __VERSION__; // names itself
#else
constexpr const char* compiler = "GCC " __VERSION__;
#endif

} // namespace

metrics::build_labels build_labels_of_this() {
  return {std::string{program_version}, compiler};
}

} // namespace flotilla::app
