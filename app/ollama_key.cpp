#include "app/ollama_key.hpp"

#include "app/environment.hpp"
#include "app/regular_file.hpp"
#include "protocol/openssh_key.hpp"
#include "protocol/text.hpp"

#include <openssl/crypto.h>
#include <spdlog/spdlog.h>

#include <cerrno>
#include <fcntl.h>
#include <memory>
#include <optional>
#include <string_view>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace flotilla::app {

using protocol::credentials;
using protocol::errc;
using protocol::failure;
using protocol::printable;
using protocol::result;

namespace {

constexpr std::size_t most_bytes = (64 << 10) + 1; ///< one more than a key may have

/// Takes what is written into it, and wipes that in the end. No stream: its buffer would stay.
class key_text {
public:
  key_text() : bytes_(most_bytes, '\0') {
  }
  ~key_text() {
    OPENSSL_cleanse(bytes_.data(), bytes_.size());
  }
  key_text(const key_text&) = delete;
  key_text& operator=(const key_text&) = delete;

  /// @returns 0, or the `errno` of what went wrong.
  int read(const std::string& path) {
    const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (file < 0)
      return errno;
    const int why = fill_from(file);
    ::close(file);
    return why;
  }
  std::string_view text() const noexcept {
    return std::string_view{bytes_}.substr(0, size_);
  }

private:
  int fill_from(int file) {
    ssize_t got = 1;
    while (got != 0 && size_ < bytes_.size()) {
      got = ::read(file, bytes_.data() + size_, bytes_.size() - size_);
      if (got < 0 && errno != EINTR)
        return errno;
      size_ += got < 0 ? 0 : static_cast<std::size_t>(got);
    }
    return 0;
  }

  std::string bytes_;
  std::size_t size_ = 0;
};

failure cannot_read(const std::string& what, const std::string& path, int why) {
  return {errc::usage,
          what + ": cannot read " + printable(path) + ": " + std::generic_category().message(why),
          "name a private key that `ollama serve` or `ssh-keygen -t ed25519` has written, by "
          "--ollama-key"};
}

/// Nothing for a file that may be passed over.
result<std::optional<credentials>> look_at(const key_place& place) {
  const std::string what = "Ollama's key";
  if (::access(place.path.c_str(), R_OK) != 0) {
    const bool is_absent = errno == ENOENT || errno == ENOTDIR;
    if (!is_absent && place.is_ours)
      return cannot_read(what, place.path, errno);
    if (!is_absent)
      spdlog::debug("{} {} is not ours to read", what, printable(place.path));
    return std::optional<credentials>{};
  }
  auto found = read_ollama_key(what, place.path);
  if (!found)
    return found.error();
  return std::optional{*std::move(found)};
}

} // namespace

std::vector<key_place> usual_ollama_keys() {
  std::vector<key_place> places;
  if (const auto home = environment("HOME"); !home.empty())
    places.push_back({home + "/.ollama/id_ed25519", true});
  places.push_back({"/usr/share/ollama/.ollama/id_ed25519", false});
  return places;
}

result<credentials> read_ollama_key(const std::string& what, const std::string& path) {
  if (auto bad = check_regular_file(what, path); bad.code != errc::none)
    return bad;
  key_text file;
  if (const int why = file.read(path); why != 0)
    return cannot_read(what, path, why);
  auto key = protocol::parse_openssh_key(file.text());
  if (!key)
    return failure{errc::usage, what + ' ' + printable(path) + ": " + key.error().message,
                   key.error().hint};
  credentials who;
  who.ollama_key = std::make_shared<const protocol::ed25519_key>(*std::move(key));
  who.source = what + ' ' + printable(path);
  return who;
}

result<credentials> look_for_ollama_key(const std::vector<key_place>& places,
                                        const std::string& host) {
  if (host != "registry.ollama.ai:443" && host != "ollama.com:443")
    return credentials{};
  for (const auto& place : places) {
    auto found = look_at(place);
    if (!found)
      return found.error();
    if (*found)
      return **std::move(found);
  }
  return credentials{};
}

} // namespace flotilla::app
