#include "compile/yaml/reader.hpp"

#include "compile/yaml/builder.hpp"
#include "compile/yaml/check_text.hpp"
#include "compile/yaml/composer.hpp"
#include "compile/yaml/events.hpp"
#include "compile/yaml/source.hpp"

#include <utility>

namespace flyball::compile::yaml {

Document read(std::string_view bytes, const std::string& file, std::vector<Diagnostic>& out) {
  Builder builder(file, bytes.size() <= max_file_bytes ? bytes.size() : 0);
  if (auto unreadable = check_text(bytes, file)) {
    out.push_back(std::move(*unreadable));
    return builder.document(nullptr, false);
  }
  bytes = without_byte_order_mark(bytes);
  EventReader events(bytes);
  const Source source(bytes, file);
  return Composer(events, source, builder, out).compose();
}

}  // namespace flyball::compile::yaml
