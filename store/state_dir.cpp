#include "store/state_dir.hpp"

#include "store/database_error.hpp"

#include <filesystem>
#include <system_error>

namespace flotilla::store {

void make_state_dir(const std::string& dir) {
  namespace fs = std::filesystem;
  std::error_code error;
  fs::create_directories(dir, error);
  if (error)
    throw database_error{dir + ": cannot make it: " + error.message()};
  fs::permissions(dir, fs::perms::owner_all, error); // best effort: it may be somebody else's
}

} // namespace flotilla::store
