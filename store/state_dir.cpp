#include "store/state_dir.hpp"

#include "store/database_error.hpp"

#include <filesystem>
#include <system_error>

namespace flotilla::store {

void make_state_dir(const std::string& dir) {
  namespace fs = std::filesystem;
  std::error_code error;
  const auto is_new = fs::create_directories(dir, error);
  if (error)
    throw database_error{dir + ": cannot make it: " + error.message()};
  if (is_new)
    fs::permissions(dir, fs::perms::owner_all, error);
}

} // namespace flotilla::store
