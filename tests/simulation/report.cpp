#include "tests/simulation/report.hpp"

#include "tests/simulation/shrink.hpp"

#include <charconv>
#include <numeric>

namespace flotilla::simulation {

scenario with_faults(scenario of, const std::vector<std::size_t>& which) {
  std::vector<fault> chosen;
  for (auto number : which)
    if (number < of.faults.size())
      chosen.push_back(of.faults[number]);
  of.faults = std::move(chosen);
  return of;
}

std::vector<std::size_t> fewest_faults(const scenario& of, const std::string& invariant) {
  return shrink(of.faults.size(), [&](const std::vector<std::size_t>& few) {
    const auto end = play(with_faults(of, few));
    return end.broken && end.broken->invariant == invariant;
  });
}

std::string report(const scenario& of, const violation& broken) {
  const auto few = fewest_faults(of, broken.invariant);
  auto text = "seed " + std::to_string(of.seed) + " breaks `" + broken.invariant
              + "`: " + broken.detail + '\n' + describe(of);
  std::string numbers;
  for (auto number : few) {
    text += "  " + to_string(of.faults[number]) + '\n';
    numbers += (numbers.empty() ? "" : ",") + std::to_string(number);
  }
  if (few.empty())
    text += "  without any fault\n";
  text += "  again: flotilla-sim --replay " + std::to_string(of.seed) + " --faults "
          + (numbers.empty() ? "none" : numbers) + '\n';
  return text;
}

bool parse_list(const std::string& text, std::vector<std::size_t>& to) {
  to.clear();
  if (text == "none")
    return true;
  const auto* at = text.data();
  const auto* end = at + text.size();
  for (;;) {
    std::size_t number = 0;
    const auto [next, error] = std::from_chars(at, end, number);
    if (error != std::errc{} || (next != end && *next != ','))
      return false;
    to.push_back(number);
    if (next == end)
      return true;
    at = next + 1;
  }
}

} // namespace flotilla::simulation
