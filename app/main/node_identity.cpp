#include "app/random_id.hpp"

#include <caf/detail/get_root_uuid.hpp>

// CAF tells processes apart by the machine's addresses, its root file system and the PID: two
// containers, each with PID 1, become one node to it, and the work of one goes to the other. Our
// symbol wins over the library's, and makes every start of the process a node of its own.

namespace caf::detail {

std::string get_root_uuid() {
  return flotilla::app::random_id();
}

} // namespace caf::detail
