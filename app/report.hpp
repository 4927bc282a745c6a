#pragma once

#include "actors/status.hpp"
#include "protocol/reference.hpp"

#include <nlohmann/json_fwd.hpp>

#include <string>

namespace flotilla::app {

/// What is known at the end of a push, a plan or a verification.
struct outcome {
  const protocol::reference& target;
  const std::string& source; ///< as the user named it
  const actors::push_report& report;
};

/// The JSON report: a contract (README, "The report").
nlohmann::json json_report(const outcome& of);

/// A report of a command that did not get as far as a push.
nlohmann::json json_failure(const protocol::failure& why);

/// One `progress` event for machines.
nlohmann::json progress_event(const actors::push_status& status);

/// JSON text on one line; bytes that are not UTF-8 become U+FFFD.
std::string render(const nlohmann::json& value);

/// The last word of a push that is done, for people.
std::string summary(const outcome& of);

/// What a plan found, for people. @param rate bytes per second of earlier pushes; 0: not known
std::string plan_table(const outcome& of, double rate);

/// What a verification found, for people.
std::string verification_text(const outcome& of);

} // namespace flotilla::app
