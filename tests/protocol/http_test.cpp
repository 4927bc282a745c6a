#include "protocol/http.hpp"

#include <gtest/gtest.h>

namespace flotilla::protocol {
namespace {

TEST(Method, IsNamedAsOnTheWire) {
  EXPECT_STREQ(to_string(method::head), "HEAD");
  EXPECT_STREQ(to_string(method::get), "GET");
  EXPECT_STREQ(to_string(method::post), "POST");
  EXPECT_STREQ(to_string(method::patch), "PATCH");
  EXPECT_STREQ(to_string(method::put), "PUT");
  EXPECT_STREQ(to_string(method::remove), "DELETE");
}

TEST(HeaderFields, AreFoundWithoutRegardToCase) {
  const header_fields fields{{"Content-Length", "7"}, {"location", "/a"}, {"Location", "/b"}};
  EXPECT_EQ(fields.value("content-length"), "7");
  EXPECT_EQ(fields.value("LOCATION"), "/a");
  EXPECT_EQ(fields.value("Content"), "");
  EXPECT_EQ(fields.value(""), "");
}

TEST(HeaderFields, OfOneNameAreOneList) {
  const header_fields fields{
    {"WWW-Authenticate", "Basic realm=\"a\""}, {"x", "y"}, {"www-authenticate", "Bearer b=c"}};
  EXPECT_EQ(fields.joined("www-authenticate"), "Basic realm=\"a\", Bearer b=c");
  EXPECT_EQ(fields.joined("x"), "y");
  EXPECT_EQ(fields.joined("absent"), "");
}

TEST(HeaderFields, SetReplacesEveryValueOfTheName) {
  header_fields fields{{"Accept", "a"}, {"Host", "h"}, {"accept", "b"}};
  fields.set("ACCEPT", "c");
  EXPECT_EQ(fields.size(), 2u);
  EXPECT_EQ(fields.joined("accept"), "c");
  EXPECT_EQ(fields.value("host"), "h");
}

TEST(HeaderFields, RemoveLeavesTheOthers) {
  header_fields fields{{"Authorization", "a"}, {"Host", "h"}, {"AUTHORIZATION", "b"}};
  fields.remove("authorization");
  fields.remove("absent");
  EXPECT_EQ(fields.size(), 1u);
  EXPECT_EQ(fields.value("host"), "h");
  fields.remove("host");
  EXPECT_TRUE(fields.empty());
}

TEST(HttpRequest, BodyIsTheFileWhereOneIsNamed) {
  http_request request;
  EXPECT_EQ(request.body_length(), 0u);
  request.content = "text";
  EXPECT_EQ(request.body_length(), 4u);
  request.file = {"/models/blob", 10, 1000, 2000};
  EXPECT_EQ(request.body_length(), 1000u);
}

TEST(HttpOutcome, IsAResponseOrNone) {
  const http_outcome answered{http_response{204, {}, {}, {}}};
  ASSERT_NE(answered.response(), nullptr);
  EXPECT_EQ(answered.response()->status, 204);
  EXPECT_EQ(answered.failed(), nullptr);
  const http_outcome failed{no_response{{errc::unavailable, "reset", {}}, 5, false}};
  EXPECT_EQ(failed.response(), nullptr);
  ASSERT_NE(failed.failed(), nullptr);
  EXPECT_EQ(failed.failed()->body_sent, 5u);
}

} // namespace
} // namespace flotilla::protocol
