#pragma once

#include "tests/support/exchange.hpp"
#include "tests/support/ollama_door.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace flotilla::test {

/// How Ollama's registry takes a blob.
enum class ollama_upload {
  direct,     ///< whole, by PUT to its storage, with headers that it signed
  redirected, ///< in parts: each PATCH is answered with a 307 to its storage
  kept,       ///< in parts, each of which it takes itself
};

struct ollama_registry_options {
  ollama_upload upload = ollama_upload::direct;
  key_rules keys;
  bool relative = false;        ///< upload sessions are named by path, not by URL
  bool plain_location = false;  ///< and in `Location`, not in `Docker-Upload-Location`
  std::uint64_t least_part = 0; ///< bytes; every part but a blob's last must have as many
};

/// A registry that speaks as Ollama's does to `ollama push` (ollama: x/transfer/upload.go,
/// server/auth.go), and its storage, which is another origin. Both hold everything in memory, check
/// every request, and note what is against the rules. Any thread may call.
class ollama_registry {
public:
  explicit ollama_registry(ollama_registry_options options = {});
  ~ollama_registry();
  ollama_registry(const ollama_registry&) = delete;
  ollama_registry& operator=(const ollama_registry&) = delete;

  std::string address() const; ///< `127.0.0.1:PORT`
  std::uint16_t port() const;

  /// What it holds.
  std::optional<std::string> blob(const std::string& repository, const std::string& digest) const;
  std::optional<std::string> manifest(const std::string& repository, const std::string& tag) const;
  /// @returns the digest.
  std::string add_blob(const std::string& repository, std::string content);

  /// What clients did wrong, a sentence for each time. A test expects none.
  std::vector<std::string> violations() const;
  /// Gives that answer to the next `times` requests to the registry or its storage (`/store/`), of
  /// that method (empty: any), whose target holds a match of `target`. Nothing is checked there.
  void answer_next(std::string method, const std::string& target, answer reply, int times = 1);
  /// From now on every token given out so far is refused.
  void expire_tokens();

  std::vector<seen_request> log() const;         ///< the requests so far
  std::vector<seen_request> storage_log() const; ///< those to the storage
  /// How many of both have that method and a target that holds a match of `target`.
  std::size_t count(const std::string& method, const std::string& target = "") const;

private:
  struct impl;
  std::unique_ptr<impl> impl_;
};

} // namespace flotilla::test
