#include "app/push_monitor.hpp"

#include "app/build_labels.hpp"
#include "app/push_numbers.hpp"
#include "app/report.hpp"
#include "app/request_meter.hpp"

#include <nlohmann/json.hpp>

#include <utility>

namespace flotilla::app {

push_monitor::push_monitor()
  : series_(std::make_shared<metrics::exposition>(build_labels_of_this())),
    push_(series_->registry()), requests_(make_request_meter(series_)) {
}

protocol::result<std::unique_ptr<push_monitor>> push_monitor::start(const std::string& at) {
  std::unique_ptr<push_monitor> made{new push_monitor};
  auto server = admin_server::start(at, made->series_);
  if (!server)
    return server.error();
  made->server_ = std::move(*server);
  made->update({});
  return made;
}

void push_monitor::update(const actors::push_status& status) {
  push_.update(numbers_of(status));
  server_->set_status(render(progress_event(status)));
}

void push_monitor::conclude(const actors::push_report& report) {
  update(report.last);
  push_.ended(report.last.seconds);
}

} // namespace flotilla::app
