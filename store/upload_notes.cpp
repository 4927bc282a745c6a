#include "store/upload_notes.hpp"

#include "store/checksum.hpp"
#include "store/state_dir.hpp"

#include <array>
#include <cerrno>
#include <charconv>
#include <filesystem>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

namespace flotilla::store {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t most_text = 64 << 10; // bytes

[[noreturn]] void fail(const std::string& path, int reason) {
  throw database_error{path + ": " + std::generic_category().message(reason),
                       trouble_behind(reason)};
}

/// Its length and checksum stand before it: `12 3735928559 …`.
std::string framed(std::string_view text) {
  std::string bytes = std::to_string(text.size()) + ' ' + std::to_string(checksum(text)) + ' ';
  return bytes.append(text);
}

/// Takes a number and the space behind it off the front.
template <class Number>
bool take_number(std::string_view& from, Number& to) {
  const auto [end, error] = std::from_chars(from.data(), from.data() + from.size(), to);
  const auto length = static_cast<std::size_t>(end - from.data());
  if (error != std::errc{} || length >= from.size() || *end != ' ')
    return false;
  from.remove_prefix(length + 1);
  return true;
}

std::string unframed(std::string_view bytes) {
  std::size_t length = 0;
  std::uint32_t sum = 0;
  if (!take_number(bytes, length) || !take_number(bytes, sum) || length > bytes.size())
    return {};
  const auto text = bytes.substr(0, length);
  return checksum(text) == sum ? std::string{text} : std::string{};
}

std::string content_of(int file) {
  std::string bytes(most_text, '\0');
  const auto got = ::pread(file, bytes.data(), bytes.size(), 0);
  bytes.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
  return bytes;
}

/// Whoever had it before us has removed it while we opened it.
bool is_gone(int file) {
  struct stat now {};
  return ::fstat(file, &now) != 0 || now.st_nlink == 0;
}

} // namespace

upload_notes::upload_notes(std::string dir) : dir_(std::move(dir)) {
}

upload_notes::~upload_notes() {
  while (!ours_.empty())
    give_back(std::string{ours_.begin()->first});
}

std::string upload_notes::path_of(const std::string& name) const {
  return dir_ + '/' + name;
}

std::vector<std::string> upload_notes::names(std::chrono::seconds oldest) const {
  std::vector<std::string> all;
  std::error_code error;
  const auto now = fs::file_time_type::clock::now();
  for (fs::directory_iterator each{dir_, error}, end; !error && each != end;
       each.increment(error)) {
    std::error_code unknown;
    if (!each->is_regular_file(unknown))
      continue;
    const auto written = each->last_write_time(unknown);
    if (!unknown && now - written > oldest)
      fs::remove(each->path(), unknown);
    else
      all.push_back(each->path().filename().string());
  }
  return all;
}

/// @returns -1 when another process has it
int upload_notes::opened(const std::string& name) const {
  const auto path = path_of(name);
  for (;;) {
    const int file = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (file < 0)
      fail(path, errno);
    if (::flock(file, LOCK_EX | LOCK_NB) != 0) {
      const int reason = errno;
      ::close(file);
      if (reason == EWOULDBLOCK)
        return -1;
      fail(path, reason);
    }
    if (!is_gone(file))
      return file;
    ::close(file);
  }
}

std::optional<std::string> upload_notes::take(const std::string& name) {
  if (const auto found = ours_.find(name); found != ours_.end())
    return unframed(content_of(found->second.file));
  make_state_dir(dir_);
  const int file = opened(name);
  if (file < 0)
    return std::nullopt;
  auto text = unframed(content_of(file));
  ours_[name] = {file, !text.empty()};
  return text;
}

bool upload_notes::has(const std::string& name) const {
  return ours_.count(name) != 0;
}

/// In place: the checksum tells a torn one.
void upload_notes::write(const std::string& name, std::string_view text) {
  auto& to = ours_.at(name);
  const auto bytes = framed(text);
  const auto put = ::pwrite(to.file, bytes.data(), bytes.size(), 0);
  const int reason = put < 0 ? errno : ENOSPC;
  to.written = put == static_cast<ssize_t>(bytes.size());
  if (!to.written) {
    [[maybe_unused]] const int emptied = ::ftruncate(to.file, 0); // half of one is none
    fail(path_of(name), reason);
  }
}

void upload_notes::remove(const std::string& name) {
  const auto found = ours_.find(name);
  if (found == ours_.end())
    return;
  ::unlink(path_of(name).c_str());
  ::close(found->second.file);
  ours_.erase(found);
}

void upload_notes::give_back(const std::string& name) {
  const auto found = ours_.find(name);
  if (found == ours_.end())
    return;
  if (!found->second.written)
    ::unlink(path_of(name).c_str());
  ::close(found->second.file);
  ours_.erase(found);
}

} // namespace flotilla::store
