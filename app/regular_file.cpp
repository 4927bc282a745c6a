#include "app/regular_file.hpp"

#include "protocol/text.hpp"

#include <filesystem>
#include <system_error>

namespace flotilla::app {

protocol::failure check_regular_file(const std::string& what, const std::string& path) {
  std::error_code ignored;
  const auto there = std::filesystem::status(path, ignored);
  if (!std::filesystem::exists(there) || std::filesystem::is_regular_file(there))
    return {};
  const auto* kind
    = std::filesystem::is_directory(there) ? " is a directory" : " is no regular file";
  return {protocol::errc::usage, what + ": " + protocol::printable(path) + kind,
          "give the path of a file on disk"};
}

} // namespace flotilla::app
