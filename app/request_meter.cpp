#include "app/request_meter.hpp"

#include "metrics/request_metrics.hpp"

#include <utility>
#include <vector>

namespace flotilla::app {

using protocol::method;
using protocol::request_step;

namespace {

metrics::request_kind kind_of(method verb, request_step step) {
  return {to_string(verb), to_string(step)};
}

/// All that a process of ours sends; each costs some twenty series.
std::vector<metrics::request_kind> kinds() {
  return {
    kind_of(method::head, request_step::check),     kind_of(method::post, request_step::open),
    kind_of(method::get, request_step::status),     kind_of(method::put, request_step::upload),
    kind_of(method::patch, request_step::upload),   kind_of(method::put, request_step::commit),
    kind_of(method::remove, request_step::abandon), kind_of(method::head, request_step::manifest),
    kind_of(method::get, request_step::manifest),   kind_of(method::put, request_step::manifest),
    kind_of(method::get, request_step::token),      kind_of(method::post, request_step::token),
    kind_of(method::get, request_step::other)};
}

class request_meter final : public actors::exchange_watch {
public:
  explicit request_meter(std::shared_ptr<metrics::exposition> series)
    : series_(std::move(series)), requests_(series_->registry(), kinds()) {
  }

  void began(method verb, request_step step) override {
    requests_.began(kind_of(verb, step));
  }
  void ended(const actors::exchange_end& how) override {
    requests_.ended(
      {kind_of(how.verb, how.step), how.status, how.took.count(), how.body, how.commit.count()});
  }

private:
  std::shared_ptr<metrics::exposition> series_; ///< holds what `requests_` counts in
  metrics::request_metrics requests_;
};

} // namespace

std::shared_ptr<actors::exchange_watch>
make_request_meter(std::shared_ptr<metrics::exposition> series) {
  return std::make_shared<request_meter>(std::move(series));
}

} // namespace flotilla::app
