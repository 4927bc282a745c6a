// Pushes of a model through a fleet of three while its processes are killed, stopped and cut off:
//   flotilla-chaos [--runs N] [--seed S] [--logs DIR] [--list]
// Each run has a seed, S at first and one more each time, that draws what falls and when; without
// --seed the first is drawn. One run again: --seed X --runs 1. --list only shows what would fall.
// Ends with 1 when a run ended with another registry than its source; --logs keeps what they said.

#include "tests/support/model_on_disk.hpp"
#include "tests/system/chaos/trial.hpp"

#include <CLI/CLI.hpp>

#include <chrono>
#include <exception>
#include <iostream>
#include <map>
#include <random>
#include <string>

namespace flotilla::test {

namespace {

struct wish {
  std::uint64_t runs = 200;
  std::uint64_t seed = 0;
  std::string logs;
  bool list = false;
};

void list(const wish& of) {
  for (auto seed = of.seed; seed < of.seed + of.runs; ++seed) {
    std::cout << "seed " << seed << ':';
    for (const auto& each : blows_of(seed))
      std::cout << "  " << describe(each);
    std::cout << '\n';
  }
}

void keep(const trial_result& of, const std::string& dir) {
  for (const auto& [name, said] : of.logs)
    write_file(dir + "/seed-" + std::to_string(of.seed) + '/' + name + ".log", said);
}

int push_all(const wish& of) {
  const auto begin = std::chrono::steady_clock::now();
  const chaos_model model;
  std::map<std::string, std::uint64_t> ends;
  for (auto seed = of.seed; seed < of.seed + of.runs; ++seed) {
    const auto result = try_push(model, seed);
    const bool failed = !result.trouble.empty();
    ++ends[failed ? "FAILED" : result.runs == 1 ? "equal" : "equal after one more run"];
    std::cout << summary(result) << std::endl;
    if (!of.logs.empty())
      keep(result, of.logs);
  }
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
  std::cout << of.runs << " runs of " << model.bytes() << " bytes from seed " << of.seed << " in "
            << static_cast<int>(took.count()) << " s:";
  for (const auto& [how, count] : ends)
    std::cout << "  " << how << ": " << count;
  std::cout << std::endl;
  return ends.count("FAILED") == 0 ? 0 : 1;
}

} // namespace

} // namespace flotilla::test

int main(int argc, char** argv) {
  flotilla::test::wish chosen;
  chosen.seed = std::random_device{}();
  CLI::App app{"Pushes through a fleet whose processes are killed, stopped and cut off"};
  app.add_option("--runs", chosen.runs, "how many pushes")->capture_default_str();
  app.add_option("--seed", chosen.seed, "of the first; drawn when it is not given");
  app.add_option("--logs", chosen.logs, "a folder for what all processes said");
  app.add_flag("--list", chosen.list, "only show what would fall");
  CLI11_PARSE(app, argc, argv);
  try {
    if (chosen.list)
      return flotilla::test::list(chosen), 0;
    return flotilla::test::push_all(chosen);
  } catch (const std::exception& error) {
    std::cerr << "flotilla-chaos: " << error.what() << '\n';
    return 2;
  }
}
