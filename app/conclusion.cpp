#include "app/conclusion.hpp"

#include "app/exit_code.hpp"
#include "app/output.hpp"
#include "app/push_request.hpp"

#include <nlohmann/json.hpp>

namespace flotilla::app {

namespace {

std::string text_of(const options& chosen, const outcome& of, double rate) {
  switch (purpose_of(chosen)) {
    case actors::purpose::plan: return plan_table(of, rate);
    case actors::purpose::verify: return verification_text(of);
    case actors::purpose::push: break;
  }
  return summary(of);
}

} // namespace

int refuse(const options& chosen, const protocol::failure& why) {
  say_failure(why);
  if (chosen.json)
    if (auto code = write_out(render(json_failure(why)) + '\n'); code != exit_done)
      return code;
  return exit_code_of(why.code);
}

int conclude(const options& chosen, const outcome& of, double rate) {
  const auto& why = of.report.why;
  auto failed = why.code != protocol::errc::none;
  if (failed)
    say_failure(why);
  std::string text;
  if (chosen.json) {
    auto report = json_report(of);
    if (purpose_of(chosen) == actors::purpose::plan)
      report["bytes_per_second"] = rate;
    text = render(report) + '\n';
  } else if (!failed) {
    text = text_of(chosen, of, rate);
  }
  if (auto code = write_out(text); code != exit_done)
    return code;
  return exit_code_of(why.code);
}

} // namespace flotilla::app
