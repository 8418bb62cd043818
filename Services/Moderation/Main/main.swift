import Moderation
import ServiceKit

await Service.run(ModerationService.self)
