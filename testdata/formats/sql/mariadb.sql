/*M!999999\- enable the sandbox mode */ 
-- MariaDB dump 10.19  Distrib 10.11.19-MariaDB, for debian-linux-gnu (x86_64)
--
-- Host: localhost    Database: shop
-- ------------------------------------------------------
-- Server version	10.11.19-MariaDB-0+deb12u1

/*!40101 SET @OLD_CHARACTER_SET_CLIENT=@@CHARACTER_SET_CLIENT */;
/*!40101 SET @OLD_CHARACTER_SET_RESULTS=@@CHARACTER_SET_RESULTS */;
/*!40101 SET @OLD_COLLATION_CONNECTION=@@COLLATION_CONNECTION */;
/*!40101 SET NAMES utf8mb4 */;
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
  `氏名` varchar(40) NOT NULL,
  `フリガナ` varchar(40) DEFAULT NULL,
  `email` varchar(80) DEFAULT NULL,
  `tel` varchar(20) DEFAULT NULL,
  `zip` char(8) DEFAULT NULL,
  `住所` varchar(120) DEFAULT NULL COMMENT '建物名, 部屋番号まで',
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
INSERT INTO `members` VALUES
(1,'山田 太郎','ヤマダ タロウ','yamada.taro@example.jp','090-1234-5601','100-0001','東京都千代田区千代田1-1-1','1980-04-12',NULL,NULL),
(2,'佐藤 花子','サトウ ハナコ','sato.hanako@example.jp','080-1234-5602','530-0001','大阪府大阪市北区梅田2-3-4','1975-11-03','It\'s \"ok\"\n次の行, (かっこ); 終わり\\','�PNG\r\n\Z\n\0'),
(3,'鈴木 一郎','スズキ イチロウ','suzuki.ichiro@example.jp','070-1234-5603','460-0008','愛知県名古屋市中区栄3-5-12','1992-01-30',NULL,NULL),
(4,'高橋 美咲','タカハシ ミサキ','takahashi.misaki@example.jp','090-1234-5604','980-0811','宮城県仙台市青葉区一番町4-6-1','2001-07-08',NULL,NULL),
(5,'田中 健一','タナカ ケンイチ','tanaka.kenichi@example.jp','080-1234-5605','810-0001','福岡県福岡市中央区天神1-8-1','1968-09-21',NULL,NULL);
/*!40000 ALTER TABLE `members` ENABLE KEYS */;
UNLOCK TABLES;

--
-- Table structure for table `wp_usermeta`
--

DROP TABLE IF EXISTS `wp_usermeta`;
/*!40101 SET @saved_cs_client     = @@character_set_client */;
/*!40101 SET character_set_client = utf8mb4 */;
CREATE TABLE `wp_usermeta` (
  `umeta_id` int(11) NOT NULL,
  `user_id` int(11) DEFAULT NULL,
  `meta_key` varchar(40) DEFAULT NULL,
  `meta_value` text DEFAULT NULL,
  PRIMARY KEY (`umeta_id`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci;
/*!40101 SET character_set_client = @saved_cs_client */;

--
-- Dumping data for table `wp_usermeta`
--

LOCK TABLES `wp_usermeta` WRITE;
/*!40000 ALTER TABLE `wp_usermeta` DISABLE KEYS */;
INSERT INTO `wp_usermeta` VALUES
(1,1,'billing_phone','09012345699'),
(2,1,'billing_email','extra@example.jp');
/*!40000 ALTER TABLE `wp_usermeta` ENABLE KEYS */;
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
