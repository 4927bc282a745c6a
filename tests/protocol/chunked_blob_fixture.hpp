#pragma once

#include "tests/protocol/chunked_fixture.hpp"

namespace flotilla::protocol {

constexpr std::uint64_t mib = 1'048'576;

/// Uploads of 150,000 bytes to a registry of which it is known that a blob of that size goes in
/// chunks of 65,536 bytes, and of 200 MiB to one of which nothing is known.
class ChunkedBlob : public ChunkedUpload {
protected:
  static constexpr std::uint64_t large_size = 200 * mib;

  static registry_profile unknown() {
    registry_profile known;
    known.takes = chunking::unknown;
    return known;
  }
  static http_outcome opened(const std::string& number) {
    return answer(202, {{"Location", "/u/" + number}, {"Range", "0-0"}});
  }
  static http_outcome accepted(const std::string& state) {
    return answer(202, {{"Location", "/u/" + state}});
  }
  /// A session is asked for, by `next`, and opened; a body is sent. @returns what is sent
  static http_request open_and_send(blob_upload& one, blob_upload::step next,
                                    const std::string& number = "1") {
    EXPECT_EQ(sent(std::move(next)).verb, method::post);
    as<blob_upload::ready>(one.on_outcome(opened(number)));
    const auto body = as<blob_upload::send>(one.send_body());
    EXPECT_TRUE(body.needs_slot);
    EXPECT_EQ(body.before, body.request.file.offset);
    return body.request;
  }
  /// All chunks are sent and taken. @returns the closing PUT
  static http_request send_all(blob_upload& one) {
    open_and_send(one, one.begin());
    as<blob_upload::ready>(one.on_outcome(accepted("1?_state=1")));
    as<blob_upload::send>(one.send_body());
    as<blob_upload::ready>(one.on_outcome(accepted("1?_state=2")));
    as<blob_upload::send>(one.send_body());
    return sent(one.on_outcome(accepted("1?_state=3")));
  }
  static std::string range(const http_request& request) {
    return std::string{request.fields.value("Content-Range")};
  }
  static http_outcome found(std::uint64_t bytes) {
    return answer(200, {{"Content-Length", std::to_string(bytes)}});
  }

  blob_upload upload{order(), target, false, terms()};
  blob_upload large{{id, large_size, "/models/blob", {}}, target, false, unknown()};
};

} // namespace flotilla::protocol
