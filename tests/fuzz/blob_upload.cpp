#include "protocol/blob_upload.hpp"
#include "tests/fuzz/property.hpp"

#include <optional>
#include <string>
#include <utility>
#include <variant>

using namespace flotilla;
using protocol::blob_upload;

namespace {

/// Random choices, from the fuzzer's bytes; 0 once they are used up.
class choices {
public:
  choices(const std::uint8_t* data, std::size_t size) : data_(data), left_(size) {
  }
  bool empty() const {
    return left_ == 0;
  }
  std::uint8_t next() {
    if (left_ == 0)
      return 0;
    --left_;
    return *data_++;
  }
  std::uint8_t below(std::uint8_t limit) {
    return static_cast<std::uint8_t>(next() % limit);
  }

private:
  const std::uint8_t* data_;
  std::size_t left_;
};

const auto id = protocol::digest::of("a blob");
const auto other = protocol::digest::of("another blob");

/// What a registry may say that it holds, true or not.
void add_random_range(choices& from, protocol::http_response& to) {
  static constexpr const char* ends[]
    = {"0",        "0-0",      "-1",       "5",         "65535",     "131071",
       "67108863", "67108864", "99999999", "134217727", "209715199", "209715200"};
  if (from.below(4) == 0)
    return;
  std::string range = from.below(4) == 0 ? "bytes=0-" : "0-";
  to.fields.add("Range", range + ends[from.below(12)]);
}

void add_random_limits(choices& from, protocol::http_response& to) {
  static constexpr const char* limits[]
    = {"1", "65536", "1000000", "104857600", "999999999999", "x"};
  const auto which = from.below(8);
  if (which == 0)
    to.fields.add("OCI-Chunk-Min-Length", limits[from.below(6)]);
  if (which == 1)
    to.fields.add("OCI-Chunk-Max-Length", limits[from.below(6)]);
}

protocol::http_outcome random_outcome(choices& from, int session, bool with_ranges) {
  static constexpr int statuses[] = {200, 201, 202, 202, 202, 204, 301, 307, 400, 400, 401, 403,
                                     404, 405, 408, 409, 410, 413, 416, 429, 500, 501, 502, 503};
  static constexpr const char* codes[]
    = {"DIGEST_INVALID", "BLOB_UPLOAD_INVALID", "BLOB_UPLOAD_UNKNOWN", "DENIED", ""};
  static constexpr protocol::errc failures[]
    = {protocol::errc::unavailable, protocol::errc::unavailable, protocol::errc::source_invalid,
       protocol::errc::interrupted};
  if (from.below(5) == 0)
    return {protocol::no_response{{failures[from.below(4)], "cut", {}}, 1, from.below(2) == 0}};
  protocol::http_response response;
  response.status = statuses[from.below(24)];
  response.url = "https://reg.example/v2/m/blobs/uploads/";
  if (from.below(8) != 0)
    response.fields.add("Location", "/u/" + std::to_string(session));
  if (from.below(4) == 0)
    response.fields.add("Docker-Upload-Location", "/u/" + std::to_string(session));
  if (from.below(8) == 0)
    response.fields.add("X-Direct-Upload-URL", "https://s3.example/?sig=secret");
  if (from.below(8) == 0)
    response.fields.add("X-Signed-Header-A", std::string(1, static_cast<char>(from.next())));
  if (from.below(4) == 0)
    response.fields.add("Docker-Content-Digest", (from.below(2) == 0 ? id : other).to_string());
  if (from.below(2) == 0)
    response.fields.add("Content-Length", from.below(2) == 0 ? "6" : "7");
  if (with_ranges) {
    add_random_range(from, response);
    add_random_limits(from, response);
  }
  response.body = R"({"errors":[{"code":")" + std::string{codes[from.below(5)]} + R"("}]})";
  return {response};
}

/// What must hold of an upload, whatever the registry answers.
class watcher {
public:
  explicit watcher(choices& from) : from_(from) {
  }

  void run() {
    auto next = machine_.begin();
    while (!ended_ && !from_.empty())
      next = follow(std::move(next));
    if (ended_)
      expect_silence();
  }

private:
  blob_upload::step follow(blob_upload::step now) {
    if (auto* send = std::get_if<blob_upload::send>(&now)) {
      check(*send);
      return machine_.on_outcome(random_outcome(from_, ++answers_, chunks_));
    }
    if (auto* sum = std::get_if<blob_upload::sum_part>(&now)) {
      fuzz::require(sum->part.length > 0 && sum->part.offset < size_);
      fuzz::require(sum->part.length <= size_ - sum->part.offset);
      return machine_.on_sum(protocol::md5_sum{});
    }
    if (std::holds_alternative<blob_upload::ready>(now)) {
      auto body = machine_.send_body();
      fuzz::require(std::holds_alternative<blob_upload::send>(body));
      fuzz::require(std::get<blob_upload::send>(body).needs_slot);
      return body;
    }
    if (auto* wait = std::get_if<blob_upload::wait>(&now)) {
      fuzz::require(wait->attempt == ++waits_);
      return machine_.again();
    }
    if (std::holds_alternative<blob_upload::hash_file>(now)) {
      fuzz::require(!std::exchange(hashed_, true));
      return machine_.on_hash(from_.below(4) == 0 ? other : id);
    }
    if (auto* why = std::get_if<protocol::failure>(&now)) {
      fuzz::require(why->code != protocol::errc::internal && why->code != protocol::errc::none);
      fuzz::require(fuzz::is_fit_to_be_shown(why->message));
    }
    ended_ = true;
    return now;
  }

  /// An ordinary registry never sees an announcement, and no storage our authorization; a body is
  /// a part of the blob, and goes only where an answer said just now.
  void check(const blob_upload::send& what) {
    const auto& request = what.request;
    fuzz::require(what.needs_slot == !request.file.path.empty());
    if (request.verb == protocol::method::post && request.url.find("digest=") != std::string::npos)
      fuzz::require(machine_.speaks_ollama());
    if (request.verb == protocol::method::post)
      filled_ = filling::none;
    if (!what.needs_slot)
      return;
    const bool to_storage = request.url.rfind("https://s3.example/", 0) == 0;
    fuzz::require(to_storage || request.url.rfind("https://reg.example/u/", 0) == 0);
    fuzz::require(!to_storage || !request.authorize);
    fuzz::require(what.before == request.file.offset && request.file.file_size == size_);
    fuzz::require(request.file.offset + request.file.length <= size_);
    if (request.authorize && !machine_.speaks_ollama())
      check_method(request);
  }

  /// Whole or in chunks, and never both in one session; chunks come in order, and only the first
  /// may begin where somebody else has ended.
  void check_method(const protocol::http_request& request) {
    const auto first = request.file.offset;
    const auto last = first + request.file.length - 1;
    const auto range = request.fields.value("Content-Range");
    if (range.empty()) {
      fuzz::require(request.verb == protocol::method::put && request.file.length == size_);
      fuzz::require(filled_ == filling::none);
      filled_ = filling::whole;
      return;
    }
    fuzz::require(range == std::to_string(first) + '-' + std::to_string(last));
    fuzz::require(known_.takes != protocol::chunking::whole || resumed_);
    fuzz::require(filled_ != filling::whole);
    fuzz::require(request.verb == protocol::method::patch || last + 1 == size_);
    fuzz::require(filled_ == filling::chunks || resumed_ || first == 0);
    fuzz::require(filled_ == filling::none || (first >= first_ && first <= end_));
    filled_ = filling::chunks;
    first_ = first;
    end_ = last + 1;
    const auto left = machine_.resumable();
    fuzz::require((left ? left->held : 0) == first);
  }

  /// Nothing more comes of it.
  void expect_silence() {
    for (int i = 0; i < 8; ++i) {
      const blob_upload::step steps[]
        = {machine_.on_outcome(random_outcome(from_, ++answers_, chunks_)), machine_.again(),
           machine_.send_body(), machine_.on_hash(id), machine_.on_sum(protocol::md5_sum{})};
      for (const auto& step : steps)
        fuzz::require(std::holds_alternative<protocol::failure>(step));
    }
  }

  protocol::registry_profile random_profile() {
    static constexpr protocol::chunking ways[]
      = {protocol::chunking::whole, protocol::chunking::unknown, protocol::chunking::chunks};
    protocol::registry_profile known;
    if (!chunks_)
      return known;
    known.takes = ways[from_.below(3)];
    known.threshold = from_.below(2) == 0 ? 1 : known.threshold;
    known.chunk = from_.below(2) == 0 ? known.chunk : std::uint64_t{from_.next()} << 14;
    known.last_chunk_in_put = from_.below(4) == 0;
    known.trust_own_offset = from_.below(4) == 0;
    return known;
  }
  std::optional<protocol::upload_session> random_start() {
    if (!resumed_)
      return std::nullopt;
    return protocol::upload_session{*protocol::parse_url("https://reg.example/u/0"),
                                    std::uint64_t{from_.next()} << 20};
  }

  /// What the session that stands open has got.
  enum class filling { none, whole, chunks };

  choices& from_;
  std::uint8_t first_choice_ = from_.next();
  bool chunks_ = first_choice_ >= 128;                          ///< may come into it
  std::uint64_t size_ = first_choice_ % 2 == 0 ? 6 : 200 << 20; ///< bytes
  protocol::registry_profile known_ = random_profile();
  bool resumed_ = chunks_ && from_.below(8) == 1;
  blob_upload machine_{{id, size_, "/blob", from_.below(2) == 0 ? "library/base" : ""},
                       {*protocol::parse_url("https://reg.example"), "m"},
                       from_.below(4) == 0,
                       known_,
                       random_start()};
  filling filled_ = filling::none;
  std::uint64_t first_ = 0; ///< bytes before the last chunk
  std::uint64_t end_ = 0;   ///< bytes before the one that comes next, at most
  int answers_ = 0;
  unsigned waits_ = 0;
  bool hashed_ = false;
  bool ended_ = false;
};

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  choices from{data, size};
  watcher{from}.run();
  return 0;
}
