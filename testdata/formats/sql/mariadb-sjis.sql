/*M!999999\- enable the sandbox mode */ 
-- MariaDB dump 10.19  Distrib 10.11.19-MariaDB, for debian-linux-gnu (x86_64)
--
-- Host: localhost    Database: shop
-- ------------------------------------------------------
-- Server version	10.11.19-MariaDB-0+deb12u1

/*!40101 SET @OLD_CHARACTER_SET_CLIENT=@@CHARACTER_SET_CLIENT */;
/*!40101 SET @OLD_CHARACTER_SET_RESULTS=@@CHARACTER_SET_RESULTS */;
/*!40101 SET @OLD_COLLATION_CONNECTION=@@COLLATION_CONNECTION */;
/*!40101 SET NAMES sjis */;
/*!40103 SET @OLD_TIME_ZONE=@@TIME_ZONE */;
/*!40103 SET TIME_ZONE='+00:00' */;
/*!40014 SET @OLD_UNIQUE_CHECKS=@@UNIQUE_CHECKS, UNIQUE_CHECKS=0 */;
/*!40014 SET @OLD_FOREIGN_KEY_CHECKS=@@FOREIGN_KEY_CHECKS, FOREIGN_KEY_CHECKS=0 */;
/*!40101 SET @OLD_SQL_MODE=@@SQL_MODE, SQL_MODE='NO_AUTO_VALUE_ON_ZERO' */;
/*!40111 SET @OLD_SQL_NOTES=@@SQL_NOTES, SQL_NOTES=0 */;

--
-- Table structure for table `members`
--

DROP TABLE IF EXISTS `members`;
/*!40101 SET @saved_cs_client     = @@character_set_client */;
/*!40101 SET character_set_client = utf8mb4 */;
CREATE TABLE `members` (
  `id` int(11) NOT NULL AUTO_INCREMENT,
  `æ°å` varchar(40) NOT NULL,
  `ãƒ•ãƒªã‚¬ãƒŠ` varchar(40) DEFAULT NULL,
  `email` varchar(80) DEFAULT NULL,
  `tel` varchar(20) DEFAULT NULL,
  `zip` char(8) DEFAULT NULL,
  `ä½æ‰€` varchar(120) DEFAULT NULL COMMENT 'å»ºç‰©å, éƒ¨å±‹ç•ªå·ã¾ã§',
  `birthday` date DEFAULT NULL,
  `note` text DEFAULT NULL,
  `photo` blob DEFAULT NULL,
  PRIMARY KEY (`id`),
  UNIQUE KEY `mail` (`email`),
  KEY `tel` (`tel`)
) ENGINE=InnoDB AUTO_INCREMENT=8 DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci;
/*!40101 SET character_set_client = @saved_cs_client */;

--
-- Dumping data for table `members`
--

LOCK TABLES `members` WRITE;
/*!40000 ALTER TABLE `members` DISABLE KEYS */;
INSERT INTO `members` (`id`, `–¼`, `ƒtƒŠƒKƒi`, `email`, `tel`, `zip`, `ZŠ`, `birthday`, `note`, `photo`) VALUES (1,'R“c ‘¾˜Y','ƒ„ƒ}ƒ_ ƒ^ƒƒE','yamada.taro@example.jp','090-1234-5601','100-0001','“Œ‹“sç‘ã“c‹æç‘ã“c1-1-1','1980-04-12',NULL,NULL);
INSERT INTO `members` (`id`, `–¼`, `ƒtƒŠƒKƒi`, `email`, `tel`, `zip`, `ZŠ`, `birthday`, `note`, `photo`) VALUES (2,'²“¡ ‰Ôq','ƒTƒgƒE ƒnƒiƒR','sato.hanako@example.jp','080-1234-5602','530-0001','‘åã•{‘åãs–k‹æ”~“c2-3-4','1975-11-03','It\'s \"ok\"\nŸ‚Ìs, (‚©‚Á‚±); I‚í‚è_',0x89504E470D0A1A0A0001);
INSERT INTO `members` (`id`, `–¼`, `ƒtƒŠƒKƒi`, `email`, `tel`, `zip`, `ZŠ`, `birthday`, `note`, `photo`) VALUES (3,'—é–Ø ˆê˜Y','ƒXƒYƒL ƒCƒ`ƒƒE','suzuki.ichiro@example.jp','070-1234-5603','460-0008','ˆ¤’mŒ§–¼ŒÃ‰®s’†‹æ‰h3-5-12','1992-01-30',NULL,NULL);
INSERT INTO `members` (`id`, `–¼`, `ƒtƒŠƒKƒi`, `email`, `tel`, `zip`, `ZŠ`, `birthday`, `note`, `photo`) VALUES (4,'‚‹´ ”üç','ƒ^ƒJƒnƒV ƒ~ƒTƒL','takahashi.misaki@example.jp','090-1234-5604','980-0811','‹{éŒ§å‘äsÂ—t‹æˆê”Ô’¬4-6-1','2001-07-08',NULL,NULL);
INSERT INTO `members` (`id`, `–¼`, `ƒtƒŠƒKƒi`, `email`, `tel`, `zip`, `ZŠ`, `birthday`, `note`, `photo`) VALUES (5,'“c’† Œ’ˆê','ƒ^ƒiƒJ ƒPƒ“ƒCƒ`','tanaka.kenichi@example.jp','080-1234-5605','810-0001','•Ÿ‰ªŒ§•Ÿ‰ªs’†‰›‹æ“V_1-8-1','1968-09-21',NULL,NULL);
/*!40000 ALTER TABLE `members` ENABLE KEYS */;
UNLOCK TABLES;
/*!40103 SET TIME_ZONE=@OLD_TIME_ZONE */;

/*!40101 SET SQL_MODE=@OLD_SQL_MODE */;
/*!40014 SET FOREIGN_KEY_CHECKS=@OLD_FOREIGN_KEY_CHECKS */;
/*!40014 SET UNIQUE_CHECKS=@OLD_UNIQUE_CHECKS */;
/*!40101 SET CHARACTER_SET_CLIENT=@OLD_CHARACTER_SET_CLIENT */;
/*!40101 SET CHARACTER_SET_RESULTS=@OLD_CHARACTER_SET_RESULTS */;
/*!40101 SET COLLATION_CONNECTION=@OLD_COLLATION_CONNECTION */;
/*!40111 SET SQL_NOTES=@OLD_SQL_NOTES */;

-- Dump completed
