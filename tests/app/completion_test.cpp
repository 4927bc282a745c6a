#include "app/completion.hpp"

#include "app/command_line.hpp"
#include "tests/support/temp_dir.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <cstdio>
#include <fstream>

namespace flotilla::app {
namespace {

using testing::HasSubstr;

struct ran {
  std::string output;
  int status = -1;
};

/// Runs a bash script that is given the completion script's name as `$1`.
ran with_bash(const std::string& script) {
  const test::temp_dir dir;
  const auto completion = dir / "flotilla.bash";
  const auto run = dir / "run.bash";
  std::ofstream{completion} << completion_script("bash");
  std::ofstream{run} << script;
  auto* pipe = ::popen(("bash '" + run + "' '" + completion + "' 2>&1").c_str(), "r");
  if (pipe == nullptr)
    return {};
  ran result;
  std::array<char, 4096> piece{};
  for (std::size_t got = 0; (got = std::fread(piece.data(), 1, piece.size(), pipe)) > 0;)
    result.output.append(piece.data(), got);
  result.status = ::pclose(pipe);
  return result;
}

/// What bash would offer for these words, the last of which is being typed.
std::string offered(const std::string& words, int last) {
  return with_bash(". \"$1\"\nCOMP_WORDS=(" + words + ")\nCOMP_CWORD=" + std::to_string(last)
                   + "\n_flotilla\necho \"${COMPREPLY[*]}\"\n")
    .output;
}

TEST(Completion, OfBashIsAValidScript) {
  auto checked = with_bash("bash -n \"$1\"");
  EXPECT_EQ(checked.status, 0) << checked.output;
  EXPECT_EQ(checked.output, "");
}

TEST(Completion, OfBashOffersCommandsFlagsAndValues) {
  EXPECT_EQ(offered("flotilla pu", 1), "push\n");
  EXPECT_EQ(offered("flotilla push --upl", 2), "--uploads\n");
  EXPECT_EQ(offered("flotilla push --adm", 2), "--admin\n");
  EXPECT_EQ(offered("flotilla plan --adm", 2), "\n");
  EXPECT_EQ(offered("flotilla push --verify ma", 3), "manifest\n");
  EXPECT_EQ(offered("flotilla completion z", 2), "zsh\n");
  EXPECT_EQ(offered("flotilla auth ch", 2), "check\n");
  EXPECT_EQ(offered("flotilla auth check --reg", 3), "--registry-config\n");
  EXPECT_EQ(offered("flotilla certs is", 2), "issue\n");
  EXPECT_EQ(offered("flotilla certs init --da", 3), "--days\n");
}

TEST(Completion, OfEveryShellHasEveryFlag) {
  for (const char* shell : {"bash", "zsh", "fish"}) {
    SCOPED_TRACE(shell);
    const auto script = completion_script(shell);
    for (const auto& flag : all_flags()) {
      const auto name = std::string{shell} == "fish" ? "-l " + flag.name.substr(2) : flag.name;
      EXPECT_THAT(script, HasSubstr(name));
    }
    for (const char* word : {"push", "plan", "verify", "certs", "version", "completion"})
      EXPECT_THAT(script, HasSubstr(word));
  }
}

} // namespace
} // namespace flotilla::app
