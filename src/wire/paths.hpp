#pragma once

#include "base/digest.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

/// The requests of agents. All bodies are JSON, `application/json`; errors are `Problem`s.
///
/// A new device: `GET trust` over TLS that believes anybody; the token's pin proves the document, and the document
/// names the CA; then, over TLS that believes only that CA, `POST enroll` with the nonce of that answer.
namespace flyball::wire {

namespace path {
inline constexpr std::string_view trust = "/agent/v1/trust";    ///< GET, no certificate → TrustAnswer
inline constexpr std::string_view enroll = "/agent/v1/enroll";  ///< POST EnrollRequest, no certificate → EnrollAnswer
/// POST RenewRequest, without a certificate or with an expired one too → RenewAnswer
inline constexpr std::string_view renew = "/agent/v1/renew";
inline constexpr std::string_view desired = "/agent/v1/desired";  ///< GET with DesiredQuery → DesiredAnswer, or 204
/// GET, a digest behind it → the bytes: manifests, spec blobs, file contents
inline constexpr std::string_view blobs = "/agent/v1/blobs/";
inline constexpr std::string_view reports = "/agent/v1/reports";  ///< POST ReportMessage → ReportAnswer
}  // namespace path

inline constexpr std::string_view json_type = "application/json";

/// The largest bodies that either side sends or takes.
inline constexpr std::size_t max_enroll_bytes = 64 * 1024;
inline constexpr std::size_t max_report_bytes = 4 * 1024 * 1024;
inline constexpr std::size_t max_answer_bytes = 16 * 1024 * 1024;  ///< Envelopes with many trust documents.
inline constexpr std::size_t max_events_per_report = 500;

std::string blob_path(const Digest& digest);                      ///< `/agent/v1/blobs/sha256:…`
std::optional<Digest> parse_blob_path(std::string_view decoded);  ///< Of a decoded path.

}  // namespace flyball::wire
