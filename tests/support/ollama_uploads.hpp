#pragma once

#include "tests/support/complaints.hpp"
#include "tests/support/exchange.hpp"
#include "tests/support/memory_registry.hpp"
#include "tests/support/ollama_registry.hpp"

#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace flotilla::test {

/// The upload sessions of an `ollama_registry`, on both of its sides. A session's URL says how many
/// parts there are before the one to come, so a part may be sent again to the URL it was sent to.
/// Any thread may call.
class ollama_uploads {
public:
  /// Whole blobs go to `content`, mistakes to `noted`. `storage` is the other origin's address.
  ollama_uploads(ollama_registry_options options, std::string storage, memory_registry& content,
                 complaints& noted)
    : options_(std::move(options)), storage_(std::move(storage)), content_(content), noted_(noted) {
  }

  /// POST `/v2/REPOSITORY/blobs/uploads/`: an announcement, or, without a digest, what opens a
  /// session for parts, by a mount that could not be made or plainly.
  answer begin(const seen_request& request, const std::string& repository);
  /// PATCH or PUT of a session's URL.
  answer go_on(const seen_request& request, const std::string& id);
  /// A request to the storage.
  answer store(const seen_request& request);

private:
  struct part {
    std::uint64_t size = 0;
    std::optional<std::string> bytes; ///< nothing as long as the storage waits for them
  };
  struct session {
    std::string repository;
    std::string digest;
    std::uint64_t size = 0;
    std::vector<part> parts; ///< a blob that goes directly is one of its own size
    bool direct = false;     ///< it goes so
    bool announced = true;   ///< else its digest and size come with what ends it
    bool whole = false;      ///< its bytes come with what ends it
  };

  answer announce(const seen_request& request, const std::string& repository);
  answer open(const seen_request& request, const std::string& repository);
  answer take_whole(const seen_request& request, const std::string& id, session& to);
  answer append(const seen_request& request, const std::string& id, session& to);
  answer finish(const seen_request& request, const std::string& id, session& from);
  bool announces_a_part(const seen_request& request, const session& to, std::uint64_t first);
  bool is_rightly_stored(const seen_request& request, const session& of, const part& awaited);
  void name_session(answer& in, const seen_request& request, const std::string& id,
                    std::size_t parts) const;
  bool keeps() const {
    return options_.upload == ollama_upload::kept;
  }
  std::string session_target(const session& of, const std::string& id, std::size_t parts) const;
  std::string store_target(const std::string& id, std::size_t index) const;
  std::vector<std::pair<std::string, std::string>> signed_headers(const session& of) const;

  const ollama_registry_options options_;
  const std::string storage_;
  memory_registry& content_;
  complaints& noted_;
  std::mutex lock_;
  std::map<std::string, session> sessions_; ///< by id; under `lock_`
  int opened_ = 0;                          ///< under `lock_`
};

} // namespace flotilla::test
