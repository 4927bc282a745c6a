#include "tests/protocol/chunked_blob_fixture.hpp"

namespace flotilla::protocol {
namespace {

using AbandonedSession = ChunkedBlob;

TEST_F(AbandonedSession, IsDeletedOnceItsChunksWereRefused) {
  open_and_send(upload, upload.begin());
  as<blob_upload::send>(upload.on_outcome(answer(405)));
  const auto request = upload.take_abandoned();
  ASSERT_TRUE(request);
  EXPECT_EQ(request->verb, method::remove);
  EXPECT_EQ(request->url, "https://reg.example/u/1");
  EXPECT_EQ(request->body_length(), 0u);
  EXPECT_FALSE(upload.take_abandoned()) << "once";
}

TEST_F(AbandonedSession, IsNamedByItsNewestLocation) {
  open_and_send(upload, upload.begin());
  as<blob_upload::ready>(upload.on_outcome(accepted("1?_state=1")));
  as<blob_upload::send>(upload.send_body());
  as<blob_upload::send>(upload.on_outcome(answer(415)));
  const auto request = upload.take_abandoned();
  ASSERT_TRUE(request);
  EXPECT_EQ(request->url, "https://reg.example/u/1?_state=1");
}

TEST_F(AbandonedSession, IsDeletedOnceABodyWasCut) {
  open_and_send(large, large.begin());
  as<blob_upload::wait>(large.on_outcome(lost(errc::unavailable, false)));
  EXPECT_FALSE(large.take_abandoned()) << "not before it is given up";
  as<blob_upload::send>(large.again());
  const auto request = large.take_abandoned();
  ASSERT_TRUE(request);
  EXPECT_EQ(request->verb, method::remove);
  EXPECT_EQ(request->url, "https://reg.example/u/1");
}

TEST_F(AbandonedSession, IsNoneThatTheRegistryHasForgotten) {
  open_and_send(upload, upload.begin());
  as<blob_upload::wait>(upload.on_outcome(answer(404)));
  as<blob_upload::send>(upload.again());
  EXPECT_FALSE(upload.take_abandoned());
}

TEST_F(AbandonedSession, IsNoneOfAnUploadThatWentWell) {
  as<blob_upload::confirmed>((send_all(upload), upload.on_outcome(answer(201))));
  EXPECT_FALSE(upload.take_abandoned());
  as<blob_upload::confirmed>((open_and_send(large, large.begin()), large.on_outcome(answer(201))));
  EXPECT_FALSE(large.take_abandoned());
}

} // namespace
} // namespace flotilla::protocol
