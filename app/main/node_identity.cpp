#include <caf/detail/get_root_uuid.hpp>

#include <fstream>

// CAF tells processes apart by the machine's addresses, its root file system and the PID: two
// containers, each with PID 1, become one node to it, and the work of one goes to the other. Our
// symbol wins over the library's, and makes every start of the process a node of its own.

namespace caf::detail {

std::string get_root_uuid() {
  std::ifstream kernel{"/proc/sys/kernel/random/uuid"};
  std::string id;
  std::getline(kernel, id);
  return id;
}

} // namespace caf::detail
