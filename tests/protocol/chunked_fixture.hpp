#pragma once

#include "protocol/chunked_upload.hpp"
#include "tests/protocol/blob_upload_fixture.hpp"

namespace flotilla::protocol {

template <class T>
T as(chunked_upload::step step) {
  if (auto* why = std::get_if<failure>(&step); why != nullptr && !std::is_same_v<T, failure>)
    ADD_FAILURE() << to_string(why->code) << ": " << why->message;
  auto* found = std::get_if<T>(&step);
  EXPECT_NE(found, nullptr) << "another step, number " << step.index();
  return found == nullptr ? T{} : std::move(*found);
}

/// Ways of a blob of 150,000 bytes in chunks of 65,536: 0-65535, 65536-131071, 131072-149999.
class ChunkedUpload : public testing::Test {
protected:
  using step = chunked_upload::step;
  using unfit = chunked_upload::unfit;
  using trouble = chunked_upload::trouble;

  static constexpr std::uint64_t size = 150'000;

  static blob_order order() {
    return {id, size, "/models/blob", {}};
  }
  static registry_profile terms() {
    registry_profile profile;
    profile.takes = chunking::unknown;
    profile.chunk = 65'536;
    profile.threshold = 1;
    return profile;
  }
  static std::string at(const std::string& state) {
    return "https://reg.example/u/1?_state=" + state;
  }
  /// In the session `at("new")`, or, somebody else having written it down, in `at("old")`.
  static chunked_upload fresh(const registry_profile& known = terms()) {
    return {order(), "sending it", *parse_url(at("new")), known};
  }
  static chunked_upload resumed(std::uint64_t acknowledged,
                                const registry_profile& known = terms()) {
    return {order(), "sending it", *parse_url(at("old")), known, acknowledged};
  }

  /// What answers names the next state of the session; an empty text names none.
  static http_outcome told(int status, const std::string& state, const std::string& range,
                           header_fields more = {}) {
    if (!state.empty())
      more.add("Location", "/u/1?_state=" + state);
    if (!range.empty())
      more.add("Range", range);
    return answer(status, std::move(more));
  }

  /// A chunk is sent. @returns where, and which bytes
  static std::string send(chunked_upload& one) {
    const auto body = as<upload_step::send>(one.send_body());
    EXPECT_TRUE(body.needs_slot);
    EXPECT_EQ(body.before, one.stored());
    EXPECT_EQ(body.request.verb, method::patch);
    EXPECT_EQ(body.request.file.offset, one.stored());
    return body.request.url + ' ' + std::string{body.request.fields.value("Content-Range")};
  }
  /// The first chunk has arrived and the second is on the wire, to `at("1")`.
  static void send_two(chunked_upload& one) {
    as<upload_step::ready>(one.begin());
    send(one);
    as<upload_step::ready>(one.on_outcome(told(202, "1", "0-65535")));
    send(one);
  }
  /// The registry is asked. @returns where
  static std::string asked(step next) {
    const auto get = as<upload_step::send>(std::move(next));
    EXPECT_FALSE(get.needs_slot);
    EXPECT_EQ(get.request.verb, method::get);
    EXPECT_EQ(get.request.body_length(), 0u);
    return get.request.url;
  }
  /// The second chunk has broken off, and the registry is asked for it.
  static void break_second(chunked_upload& one) {
    send_two(one);
    as<try_again>(one.on_outcome(lost(errc::unavailable, false)));
    EXPECT_EQ(asked(one.again()), at("1"));
  }
};

} // namespace flotilla::protocol
