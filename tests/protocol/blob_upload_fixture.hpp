#pragma once

#include "protocol/blob_upload.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <set>
#include <string>
#include <type_traits>

namespace flotilla::protocol {
using testing::HasSubstr;
using testing::Not;

const digest id = digest::of("a blob");
const digest other = digest::of("another blob");
const endpoint target{*parse_url("https://reg.example"), "models/llama"};
const std::string uploads = "https://reg.example/v2/models/llama/blobs/uploads/";

inline http_outcome answer(int status, header_fields fields = {}, std::string body = {}) {
  return {http_response{status, std::move(fields), std::move(body), uploads}};
}

inline http_outcome session(const std::string& location) {
  return answer(202, {{"Location", location}});
}

inline http_outcome mounted() {
  return answer(201, {{"Location", "/v2/models/llama/blobs/" + id.to_string()}});
}

inline http_outcome error(int status, const std::string& code) {
  return answer(status, {}, R"({"errors":[{"code":")" + code + R"(","message":"as it is"}]})");
}

inline http_outcome lost(errc code, bool body_complete) {
  return {no_response{{code, "the connection was cut", "look there"}, 3, body_complete}};
}

template <class T>
T as(blob_upload::step step) {
  if (auto* why = std::get_if<failure>(&step); why != nullptr && !std::is_same_v<T, failure>)
    ADD_FAILURE() << to_string(why->code) << ": " << why->message;
  auto* found = std::get_if<T>(&step);
  EXPECT_NE(found, nullptr) << "another step, number " << step.index();
  return found == nullptr ? T{} : std::move(*found);
}

inline http_request sent(blob_upload::step step) {
  return as<blob_upload::send>(std::move(step)).request;
}

/// An upload of six bytes, and the ways to a certain point of its life.
class BlobUpload : public testing::Test {
protected:
  static blob_order order(std::string mount_from = {}) {
    return {id, 6, "/models/blob", std::move(mount_from)};
  }

  /// Its body is on the wire, in a session of that Location.
  void send(const std::string& location = "/u/1") {
    as<blob_upload::send>(upload.begin());
    as<blob_upload::ready>(upload.on_outcome(session(location)));
    as<blob_upload::send>(upload.send_body());
  }

  /// A new session is asked for and given; the next body is sent. @returns where it went
  std::string send_again(blob_upload::step next, const std::string& location) {
    auto post = sent(std::move(next));
    EXPECT_EQ(post.verb, method::post);
    EXPECT_EQ(post.url, uploads);
    as<blob_upload::ready>(upload.on_outcome(session(location)));
    return sent(upload.send_body()).url;
  }

  blob_upload upload{order(), target};
};

} // namespace flotilla::protocol
