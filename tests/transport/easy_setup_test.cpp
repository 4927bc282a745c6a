#include "transport/easy_setup.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace flotilla::transport {
namespace {

using protocol::errc;
using protocol::http_request;
using protocol::method;

std::vector<std::string> lines(const field_list& list) {
  std::vector<std::string> all;
  for (const auto* x = list.get(); x != nullptr; x = x->next)
    all.emplace_back(x->data);
  return all;
}

http_request with(protocol::header_fields fields, std::size_t body = 0) {
  http_request request;
  request.fields = std::move(fields);
  request.content.assign(body, 'x');
  return request;
}

TEST(EasySetup, GivesFieldsInCurlsForm) {
  const auto list = fields_for_curl(with({{"Accept", "a, b"}, {"Empty", ""}}));
  ASSERT_TRUE(list);
  EXPECT_EQ(lines(*list), (std::vector<std::string>{"Accept: a, b", "Empty;", "Expect:"}));
}

TEST(EasySetup, AsksTheServerFirstOnlyForLargeBodies) {
  const auto below = fields_for_curl(with({}, (1 << 20) - 1));
  const auto from = fields_for_curl(with({}, 1 << 20));
  ASSERT_TRUE(below && from);
  EXPECT_EQ(lines(*below), std::vector<std::string>{"Expect:"});
  EXPECT_EQ(lines(*from), std::vector<std::string>{});
}

TEST(EasySetup, TheLengthOfTheBodyIsNotForTheCallerToSay) {
  const auto list = fields_for_curl(with({{"content-length", "5"},
                                          {"Transfer-Encoding", "chunked"},
                                          {"EXPECT", "100-continue"},
                                          {"Content-Range", "0-4"}}));
  ASSERT_TRUE(list);
  EXPECT_EQ(lines(*list), (std::vector<std::string>{"Content-Range: 0-4", "Expect:"}));
}

TEST(EasySetup, RefusesFieldsThatBreakOutOfTheirLine) {
  const protocol::header_fields::field bad[] = {
    {"A", "b\r\nEvil: yes"},  {"A", "b\n"}, {"A", "\r"}, {"A\r\nEvil", "b"},
    {"A", std::string(1, 0)},
  };
  for (const auto& x : bad) {
    const auto list = fields_for_curl(with({x}));
    ASSERT_FALSE(list);
    EXPECT_EQ(list.error().code, errc::internal);
    EXPECT_EQ(list.error().message.find('\n'), std::string::npos);
  }
}

TEST(EasySetup, PostPutAndPatchAlwaysSendABody) {
  const struct {
    method verb;
    bool empty;
    bool filled;
  } cases[] = {
    {method::post, true, true},   {method::put, true, true},  {method::patch, true, true},
    {method::head, false, false}, {method::get, false, true}, {method::remove, false, true},
  };
  for (const auto& x : cases) {
    auto request = with({});
    request.verb = x.verb;
    EXPECT_EQ(sends_body(request), x.empty) << to_string(x.verb);
    request.content = "x";
    EXPECT_EQ(sends_body(request), x.filled) << to_string(x.verb);
  }
}

} // namespace
} // namespace flotilla::transport
