#include "app/random_id.hpp"

#include <fstream>

namespace flotilla::app {

std::string random_id() {
  std::ifstream kernel{"/proc/sys/kernel/random/uuid"};
  std::string id;
  std::getline(kernel, id);
  return id;
}

} // namespace flotilla::app
