#include "tests/support/scripted_registry.hpp"
#include "tests/system/fleet.hpp"

#include <gmock/gmock.h>

#include <atomic>
#include <sstream>

namespace flotilla::test {

namespace {

using nlohmann::json;
using testing::HasSubstr;

/// A fleet that logs in a given form, and a registry that refuses the first body of one blob.
class Log : public ::testing::Test {
protected:
  void push_with(const std::string& format) {
    there.on("PUT", "/uploads/", [this](const seen_request& request) {
      const auto is_first = request.parameter("digest") == digest() && refused++ == 0;
      answer refusal;
      refusal.status = 503;
      return is_first ? std::optional{refusal} : std::nullopt;
    });
    fleet.start_coordinator({"--log-format", format});
    fleet.start_worker("node-a", {"--log-format", format});
    const auto client = fleet.begin_push(model.source, there.address() + "/m:v1");
    id = fleet.id_of(*client);
    const auto end = program::finish(client->wait());
    ASSERT_EQ(end.status, 0) << end.said();
    ASSERT_TRUE(fleet.coordinator().wait_for("the push is done"));
  }
  std::string digest() const {
    return model.layers[1].id().to_string();
  }
  /// The lines that a process has logged, each of which must be an object.
  static std::vector<json> lines_of(process& of) {
    std::vector<json> lines;
    std::istringstream text{of.err()};
    for (std::string line; std::getline(text, line);) {
      lines.push_back(json::parse(line, nullptr, false));
      EXPECT_TRUE(lines.back().is_object()) << line;
    }
    return lines;
  }
  static json line_with(const std::vector<json>& lines, const std::string& message) {
    for (const auto& line : lines)
      if (line.value("message", "").find(message) != std::string::npos)
        return line;
    ADD_FAILURE() << "no line says " << message;
    return json::object();
  }

  scripted_registry there; ///< outlives those who are connected
  fleet_of_processes fleet;
  const small_model model{fleet.flotilla};
  std::string id;
  std::atomic<int> refused{0};
};

TEST_F(Log, IsAnObjectALineThatSaysWhatItIsAbout) {
  push_with("json");
  const auto again = line_with(lines_of(fleet.worker("node-a")), "trying again in");
  EXPECT_EQ(again.value("push", ""), id);
  EXPECT_EQ(again.value("node", ""), "node-a");
  EXPECT_EQ(again.value("digest", ""), digest().substr(0, 19));
  EXPECT_EQ(again.value("attempt", 0), 1);
  EXPECT_EQ(again.value("level", ""), "info");
  EXPECT_THAT(again.value("message", ""), HasSubstr("503"));
  const auto head = lines_of(fleet.coordinator());
  EXPECT_EQ(line_with(head, "the push begins").value("push", ""), id);
  EXPECT_EQ(line_with(head, "the push is done").value("push", ""), id);
  EXPECT_EQ(line_with(head, "has joined").value("node", ""), "node-a");
}

TEST_F(Log, IsALineOfTextWithTheSameBehindIt) {
  push_with("text");
  EXPECT_THAT(fleet.worker("node-a").err(), HasSubstr(" ms push=" + id + " node=node-a digest="
                                                      + digest().substr(0, 19) + " attempt=1\n"));
  EXPECT_THAT(fleet.coordinator().err(), HasSubstr(" push=" + id + "\n"));
}

TEST_F(Log, LetsNoNamePassForAnotherField) {
  fleet.start_coordinator();
  fleet.start_worker("a push=\"p-1\"");
  EXPECT_TRUE(fleet.coordinator().wait_for(R"( node="a push=\"p-1\"")"));
}

} // namespace

} // namespace flotilla::test
