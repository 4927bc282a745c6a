#pragma once

#include "sources/source.hpp"
#include "tests/support/model_on_disk.hpp"
#include "tests/support/temp_dir.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace flotilla::sources {

/// A directory to make models in, options that see nothing outside of it, and short questions.
class SourceFixture : public testing::Test {
protected:
  SourceFixture() {
    options.ollama_service.clear();
  }

  protocol::push_plan plan_of(const std::string& source) const {
    auto plan = open_source(source, options);
    if (plan)
      return std::move(*plan);
    ADD_FAILURE() << source << ": " << plan.error().message;
    return {};
  }
  protocol::failure error_of(const std::string& source) const {
    auto plan = open_source(source, options);
    if (!plan)
      return plan.error();
    ADD_FAILURE() << source << " was taken";
    return {};
  }
  /// The error's sentence, which must be of errc::source_invalid.
  std::string complaint_about(const std::string& source) const {
    auto error = error_of(source);
    EXPECT_EQ(error.code, protocol::errc::source_invalid) << error.message;
    return error.message;
  }

  test::temp_dir dir;
  source_options options;
};

/// What a plan sends, in order.
inline std::vector<protocol::digest> blob_ids(const protocol::push_plan& plan) {
  std::vector<protocol::digest> ids;
  for (const auto& blob : plan.blobs)
    ids.push_back(blob.id);
  return ids;
}
inline std::vector<protocol::digest> manifest_ids(const protocol::push_plan& plan) {
  std::vector<protocol::digest> ids;
  for (const auto& manifest : plan.manifests)
    ids.push_back(manifest.id);
  return ids;
}

} // namespace flotilla::sources
