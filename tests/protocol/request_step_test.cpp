#include "protocol/request_step.hpp"

#include <gtest/gtest.h>

#include <set>
#include <string>

namespace flotilla::protocol {
namespace {

struct kind {
  method verb;
  const char* url;
  bool file;
  request_step step;
};

class RequestStep : public testing::TestWithParam<kind> {};

TEST_P(RequestStep, IsReadFromMethodAndPath) {
  const auto& [verb, url, file, step] = GetParam();
  http_request request{verb, url, {}, {}, {}};
  if (file)
    request.file = {"/model/blob", 0, 5, 5};
  EXPECT_STREQ(to_string(step_of(request)), to_string(step));
}

INSTANTIATE_TEST_SUITE_P(
  All, RequestStep,
  testing::Values(
    kind{method::get, "https://r.test/v2/", false, request_step::other},
    kind{method::head, "https://r.test/v2/a/b/blobs/sha256:12", false, request_step::check},
    kind{method::post, "https://r.test/v2/a/blobs/uploads/?mount=sha256:12&from=a", false,
         request_step::open},
    kind{method::get, "https://r.test:5000/v2/a/blobs/uploads/7?_state=x", false,
         request_step::status},
    kind{method::patch, "https://r.test/v2/a/blobs/uploads/7", true, request_step::upload},
    kind{method::put, "https://r.test/v2/a/blobs/uploads/7?digest=sha256:12", true,
         request_step::upload},
    kind{method::put, "https://storage.test/bucket/7?signature=x", true, request_step::upload},
    kind{method::put, "https://r.test/v2/a/blobs/uploads/7?digest=sha256:12", false,
         request_step::commit},
    kind{method::remove, "https://r.test/v2/a/blobs/uploads/7", false, request_step::abandon},
    kind{method::put, "https://r.test/v2/a/manifests/v1", false, request_step::manifest},
    kind{method::head, "https://r.test/v2/a/manifests/sha256:12", false, request_step::manifest},
    kind{method::get, "https://auth.test/token?service=r&scope=x/manifests/", false,
         request_step::token},
    kind{method::post, "https://auth.test", false, request_step::token}));

TEST(RequestStep, HasANameOfItsOwn) {
  std::set<std::string> names;
  for (const auto step : all_request_steps)
    names.insert(to_string(step));
  EXPECT_EQ(names.size(), all_request_steps.size());
}

} // namespace
} // namespace flotilla::protocol
