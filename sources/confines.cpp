#include "sources/confines.hpp"

#include "sources/wording.hpp"

#include <algorithm>
#include <cstddef>
#include <filesystem>
#include <system_error>

namespace flotilla::sources {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t longest_path = 4096; // bytes; Linux takes no longer one

/// Where the longest part of a path leads that is there.
std::string real_part(const std::string& path) {
  std::error_code error;
  auto part = fs::absolute(path, error);
  for (;;) {
    auto real = fs::canonical(part, error);
    if (!error)
      return real.string();
    auto parent = part.parent_path();
    if (parent == part)
      return "/";
    part = std::move(parent);
  }
}

} // namespace

confines::confines(const std::vector<std::string>& roots) : named_(roots) {
  for (const auto& root : roots) {
    std::error_code error;
    if (auto real = fs::canonical(root, error); !error)
      roots_.push_back(real.string());
  }
}

bool confines::hold(const std::string& path) const {
  return named_.empty() || (path.size() <= longest_path && hold_real(real_part(path)));
}

bool confines::hold_real(const std::string& real) const {
  return std::any_of(roots_.begin(), roots_.end(), [&](const std::string& root) {
    return root == "/" || real == root
           || (real.size() > root.size() && real[root.size()] == '/'
               && real.compare(0, root.size(), root) == 0);
  });
}

std::string confines::outside() const {
  return "lies outside the directories that this worker may read (--root " + listed(named_) + ')';
}

protocol::failure confines::refusal(const std::string& path) const {
  return invalid(in_quotes(path) + ' ' + outside());
}

} // namespace flotilla::sources
