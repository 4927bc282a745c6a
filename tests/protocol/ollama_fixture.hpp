#pragma once

#include "tests/protocol/blob_upload_fixture.hpp"

#include <optional>
#include <vector>

namespace flotilla::protocol {

constexpr std::uint64_t mib = 1'048'576;

/// What md5sum says of `a`, `b`, `c`.
inline md5_sum sum_of_a() {
  return {{0x0c, 0xc1, 0x75, 0xb9, 0xc0, 0xf1, 0xb6, 0xa8, 0x31, 0xc3, 0x99, 0xe2, 0x69, 0x77, 0x26,
           0x61}};
}
inline md5_sum sum_of_b() {
  return {{0x92, 0xeb, 0x5f, 0xfe, 0xe6, 0xae, 0x2f, 0xec, 0x3a, 0xd7, 0x1c, 0x77, 0x75, 0x31, 0x57,
           0x8f}};
}
inline md5_sum sum_of_c() {
  return {{0x4a, 0x8a, 0x08, 0xf0, 0x9d, 0x37, 0xb7, 0x37, 0x95, 0x64, 0x90, 0x38, 0x40, 0x8b, 0x5f,
           0x33}};
}

inline http_outcome named(const std::string& session, int status = 202) {
  return answer(status, {{"Docker-Upload-Location", session}});
}
inline http_outcome sent_on(const std::string& next, const std::string& storage) {
  return answer(307, {{"Docker-Upload-Location", next}, {"Location", storage}});
}
/// Of the storage.
inline http_outcome stored(int status) {
  auto outcome
    = answer(status, {{"Retry-After", "5"}}, "the signed URL was https://s3/?sig=secret");
  std::get<http_response>(outcome.value).url = "https://s3.example/p?sig=secret";
  return outcome;
}

/// Uploads into a registry that has shown itself as Ollama's, of six bytes and of three parts.
class OllamaUpload : public testing::Test {
protected:
  static constexpr std::uint64_t three_parts = 200 * mib + 1;

  static blob_order order(std::uint64_t size = 6) {
    return {id, size, "/models/blob", {}};
  }
  static std::string announced() {
    return uploads + "?digest=" + id.to_string();
  }
  static std::string session(const std::string& number) {
    return "https://reg.example/u/" + number;
  }
  /// Its first part waits for a slot, in session `/u/1`.
  static void open(blob_upload& one, const md5_sum& first = sum_of_a()) {
    as<blob_upload::send>(one.begin());
    as<blob_upload::sum_part>(one.on_outcome(named("/u/1")));
    as<blob_upload::ready>(one.on_sum(first));
  }
  /// The body on the wire is its part in session `/u/1`.
  static void open_and_send(blob_upload& one) {
    open(one);
    as<blob_upload::send>(one.send_body());
  }
  /// What comes of its body, answered so by the registry and then, where that sent it on, by the
  /// storage.
  static blob_upload::step after(blob_upload& one, const http_outcome& to_patch,
                                 const std::optional<http_outcome>& to_storage) {
    auto next = one.on_outcome(to_patch);
    if (!to_storage)
      return next;
    as<blob_upload::ready>(std::move(next));
    as<blob_upload::send>(one.send_body());
    return one.on_outcome(*to_storage);
  }
  /// All its bytes wait for a slot, on the way to the storage.
  static void open_directly(blob_upload& one, header_fields more = {}) {
    more.add("Docker-Upload-Location", "/u/1");
    more.add("X-Direct-Upload-URL", "https://s3.example/p?sig=secret");
    as<blob_upload::send>(one.begin());
    as<blob_upload::ready>(one.on_outcome(answer(202, std::move(more))));
  }
  /// The end is asked for.
  static http_request close(blob_upload& one) {
    open_and_send(one);
    return sent(one.on_outcome(named("/u/2")));
  }

  blob_upload small{order(), target, true};
  blob_upload large{order(three_parts), target, true};
};

} // namespace flotilla::protocol
