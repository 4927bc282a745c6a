#include "sources/file_problems.hpp"

#include "sources/wording.hpp"

namespace flotilla::sources {

void file_problems::add(const std::string& name, const std::string& problem) {
  if (++count_ <= listed_at_most)
    first_.push_back(name + ": " + problem);
}

protocol::failure file_problems::to_failure(const std::string& root, std::size_t looked_at) const {
  auto text = std::to_string(count_) + " of " + std::to_string(looked_at) + " files in "
              + in_quotes(root) + (count_ == 1 ? " is" : " are") + " not what the manifest says: ";
  for (std::size_t i = 0; i < first_.size(); ++i)
    text += (i == 0 ? "" : "; ") + first_[i];
  if (count_ > first_.size())
    text += "; and " + std::to_string(count_ - first_.size()) + " more";
  return invalid(std::move(text),
                 "bring the model here again (pull or copy it), or mend the files; "
                 "nothing was sent");
}

} // namespace flotilla::sources
