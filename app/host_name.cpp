#include "app/host_name.hpp"

#include <array>
#include <unistd.h>

namespace flotilla::app {

std::string host_name() {
  std::array<char, 256> name{};
  return ::gethostname(name.data(), name.size() - 1) == 0 ? name.data() : std::string{};
}

} // namespace flotilla::app
