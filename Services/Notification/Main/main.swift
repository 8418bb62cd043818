import Notification
import ServiceKit

await Service.run(NotificationService.self)
