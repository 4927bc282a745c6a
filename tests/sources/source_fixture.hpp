#pragma once

#include "sources/source.hpp"
#include "sources/survey.hpp"
#include "tests/support/model_on_disk.hpp"
#include "tests/support/temp_dir.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

namespace flotilla::sources {

/// A plan, and where each of its blobs lies.
struct opened_source : protocol::push_plan {
  std::string root;
  std::vector<protocol::blob_naming> namings; ///< by blob
  std::vector<std::string> paths;             ///< by blob
};

/// What one machine alone makes of a source: both questions, and every file as it should be.
inline protocol::result<opened_source> open_source(const std::string& text,
                                                   const source_options& options) {
  auto plan = outline_source(text, options);
  if (!plan)
    return plan.error();
  auto files = find_blob_files(text, options);
  if (!files)
    return files.error();
  auto found = look_for(*files, plan->blobs);
  if (!found.problems.empty())
    return found.problems.to_failure(files->root(), plan->blobs.size() + plan->manifests.size());
  opened_source opened{std::move(*plan), files->root(), {}, {}};
  for (std::size_t i = 0; i < opened.blobs.size(); ++i) {
    opened.namings.push_back(static_cast<protocol::blob_naming>(found.held.at(i) - 1));
    opened.paths.push_back(files->path_of(opened.blobs[i].id, opened.namings[i]));
  }
  return opened;
}

/// A directory to make models in, options that see nothing outside of it, and short questions.
class SourceFixture : public testing::Test {
protected:
  SourceFixture() {
    options.ollama_service.clear();
  }

  opened_source plan_of(const std::string& source) const {
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
